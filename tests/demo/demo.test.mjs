// The product's main job, end to end on real parts: a real provider, real endpoints, a real API and a real browser.
// Every step ends with a search for the actual tokens wherever a page could see them. `cargo xtask demo --check`.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { App, expire as expireAll } from "./app.mjs";
import { refreshFromPage } from "./attacks.mjs";
import { launch } from "./browser.mjs";
import { LeakWatch } from "./leaks/watch.mjs";
import { resumeProvider, stack, stopProvider } from "./stack.mjs";

const COOKIE = "__Host-Http-strongroom";

const modes = [
  { name: "in-page mode", app: stack.origins.inpage, vault: stack.origins.inpage, isolated: false },
  { name: "isolated-origin mode", app: stack.origins.app, vault: stack.origins.vault, isolated: true },
];

for (const mode of modes) {
  describe(mode.name, () => {
    let browser, context, watch, tab, other;
    let broken;
    /** Requests of every thread in the browser, newest last. */
    const seen = [];
    const since = (mark, test) => seen.slice(mark).filter(test);
    const isRefresh = ({ url }) => url === `${mode.vault}/auth/refresh`;
    const isProvider = ({ url }) => url.startsWith(stack.origins.id);
    const person = `ada-${mode.isolated ? "isolated" : "inpage"}`;
    const tokens = () => watch.secrets.all("access token").length;
    const expire = () => expireAll(() => watch.secrets.all("access token"));

    before(async () => {
      browser = await launch(stack.tls.fingerprint);
      context = await browser.newContext();
      context.setDefaultTimeout(20_000);
      context.on("request", (request) => seen.push({ url: request.url(), method: request.method() }));
      watch = await LeakWatch.on(context, { cookie: COOKIE, channels: [`strongroom ${mode.vault}/auth`] });
      tab = new App(await context.newPage());
    });
    after(() => browser?.close());

    /** One step: it passes when it did its work and no token is where a page can see it. */
    const step = (name, work) =>
      test(name, { timeout: 90_000 }, async (t) => {
        if (broken) return t.skip(`because this step failed: ${broken}`);
        broken = name;
        await work();
        await watch.check();
        broken = undefined;
      });

    step("opens signed out, under a strict policy", async () => {
      const response = await tab.page.goto(`${mode.app}/`);
      const policy = response.headers()["content-security-policy"] ?? "";
      assert.match(policy, /default-src 'none'/);
      assert.doesNotMatch(policy, /unsafe-inline|(?<!wasm-)unsafe-eval|data:|blob:|\*/);
      await tab.becomes("signed-out");
    });

    step("signed out, an API call gives the typed error", async () => {
      const { code } = await tab.call("call-es256");
      assert.equal(code, "signed_out");
    });

    step("signs in at the provider's page", async () => {
      await tab.signIn(person);
      assert.equal(new URL(tab.page.url()).search, "");
    });

    step(
      "keeps the session in a host-prefixed, HttpOnly, Secure, Strict cookie of the vault's origin",
      async () => {
        const cookies = (await context.cookies(mode.vault)).filter(({ name }) => name === COOKIE);
        assert.equal(cookies.length, 1);
        const { httpOnly, secure, sameSite, path, domain } = cookies[0];
        assert.deepEqual(
          { httpOnly, secure, sameSite, path, domain },
          {
            httpOnly: true,
            secure: true,
            sameSite: "Strict",
            path: "/",
            domain: new URL(mode.vault).hostname,
          },
        );
      },
    );

    step("calls the ES256 API", async () => {
      await tab.callApi("es256", await tab.at("subject").textContent());
      await watch.check();
      assert.ok(tokens() > 0, "no token was learned: the search would be blind");
      assert.ok(watch.secrets.all("session handle").length > 0, "no session handle was learned");
      assert.ok(watch.messages > 0, "no message was heard: the recorder would be deaf");
    });

    step("calls the RS256 API", async () => {
      const before = tokens();
      await tab.callApi("rs256");
      assert.equal(tokens(), before + 1, "the second audience has a token of its own");
    });

    step("refuses an unlisted address without asking the network", async () => {
      const mark = seen.length;
      const { code } = await tab.call("call-unlisted");
      assert.equal(code, "resource_not_allowed");
      // A refresh that was due may fall into this moment.
      assert.deepEqual(
        since(mark, (request) => !isRefresh(request)),
        [],
      );
    });

    step("a reload restores the session silently", async () => {
      const mark = seen.length;
      await tab.page.reload();
      await tab.becomes("signed-in");
      await tab.callApi("es256");
      assert.deepEqual(since(mark, isProvider), []);
    });

    step("an expired token is refreshed silently", async () => {
      const before = tokens();
      await expire();
      const mark = seen.length;
      await tab.callApi("es256");
      assert.ok(tokens() > before, "a new token was learned");
      assert.deepEqual(since(mark, isProvider), []);
    });

    step(
      "a token the API refuses is asked for anew once, and the call repeated once if that gives another",
      async () => {
        const url = `${stack.origins.api}/v1/me`;
        await expire();
        await tab.callApi("es256");
        // A token just given is not doubted: an API that refuses everything must not cause a storm of refreshes.
        await sleep(2500);
        const [mark, before] = [seen.length, tokens()];
        await context.route(
          url,
          (route) =>
            route.fulfill({
              status: 401,
              headers: {
                "access-control-allow-origin": mode.vault,
                "access-control-expose-headers": "www-authenticate",
                "www-authenticate": 'Bearer error="invalid_token", error_description="expired"',
              },
            }),
          { times: 1 },
        );
        const { outcome, code } = await tab.call("call-es256");
        const calls = since(mark, (request) => request.url === url && request.method === "GET").length;
        // The endpoints may hold the same token still: what was refused is not sent again, and the page is told so.
        const expected = tokens() > before ? ["ok 200", 2] : ["error 401", 1];
        assert.deepEqual([`${outcome} ${code}`, calls], expected);
        // On a slow machine the new token may be due itself before it is used.
        const refreshes = since(mark, isRefresh).length;
        assert.ok(refreshes === 1 || refreshes === 2, `${refreshes} refreshes`);
      },
    );

    step("a second tab is signed in at once", async () => {
      const mark = seen.length;
      other = new App(await context.newPage());
      await other.open(mode.app);
      await other.becomes("signed-in");
      await other.callApi("rs256");
      assert.deepEqual(since(mark, isProvider), []);
    });

    step("both tabs refresh at the same moment and stay signed in", async () => {
      await expire();
      await Promise.all([tab.callApi("es256"), other.callApi("es256")]);
      await Promise.all([tab.callApi("rs256"), other.callApi("rs256")]);
      await Promise.all([tab.becomes("signed-in"), other.becomes("signed-in")]);
    });

    step("a provider that hangs gives a clear error, and the app recovers when it is back", async () => {
      await expire();
      stopProvider();
      try {
        const { outcome, code } = await tab.call("call-es256");
        assert.equal(outcome, "error");
        assert.match(code, /^(unreachable|refresh_failed)$/);
        await tab.alerts("unreachable");
      } finally {
        resumeProvider();
      }
      await tab.calm();
      await tab.becomes("signed-in");
      await tab.callApi("es256");
    });

    step("endpoints that cannot be reached give a clear error, and the app recovers", async () => {
      await context.route(`${mode.vault}/auth/**`, (route) => route.abort("connectionrefused"));
      await expire();
      const { code } = await tab.call("call-es256");
      assert.match(code, /^(unreachable|refresh_failed)$/);
      await tab.alerts("unreachable");
      await context.unroute(`${mode.vault}/auth/**`);
      await tab.calm();
      await tab.becomes("signed-in");
      await tab.callApi("es256");
    });

    const asTheVaultDoes = {
      headers: { "content-type": "application/json", "strongroom-attempt": "AAAAAAAAAAAAAAAAAAAAAA" },
      body: "{}",
    };

    if (mode.isolated) {
      step("the page's own call of the refresh endpoint is refused and unreadable", async () => {
        const { read, answers } = await refreshFromPage(context, mode, asTheVaultDoes);
        assert.deepEqual(read, { error: "TypeError" });
        assert.deepEqual(answers, [], "the browser's preflight was refused, so the request was never made");
        await tab.callApi("es256");
      });

      step("so is one that needs no preflight and asks for no answer", async () => {
        const { read, answers } = await refreshFromPage(context, mode, { mode: "no-cors", body: "{}" });
        assert.deepEqual(read, { type: "opaque", status: 0, token: false });
        assert.deepEqual(answers, [403]);
        await tab.callApi("rs256");
      });

      step("the vault's page starts no vault in a tab of its own", async () => {
        const page = await context.newPage();
        await page.goto(`${mode.vault}/`, { waitUntil: "networkidle" });
        assert.equal(page.workers().length, 0);
        await page.close();
      });

      step("nor in a frame of a site that is not listed", async () => {
        const site = `${stack.origins.inpage}/thief`;
        const body = `<!doctype html><iframe src="${mode.vault}/"></iframe>`;
        await context.route(site, (route) => route.fulfill({ contentType: "text/html", body }));
        const page = await context.newPage();
        await page.goto(site, { waitUntil: "networkidle" });
        await context.unroute(site);
        const frames = page.frames().map((frame) => frame.url());
        assert.deepEqual(frames, [site, "chrome-error://chromewebdata/"]);
        assert.equal(page.workers().length, 0);
        await page.close();
      });
    } else {
      // The documented limit of this mode: same origin, same rights. The isolated origin exists for this.
      step(
        "as documented, a script of the page itself can call the refresh endpoint in this mode",
        async () => {
          const { read } = await refreshFromPage(context, mode, asTheVaultDoes);
          assert.deepEqual(read, { type: "basic", status: 200, token: true });
        },
      );

      step("a page of another origin cannot", async () => {
        const { read, answers } = await refreshFromPage(
          context,
          { app: stack.origins.app, vault: mode.vault },
          asTheVaultDoes,
        );
        assert.deepEqual(read, { error: "TypeError" });
        assert.deepEqual(answers, []);
      });
    }

    step("signing out ends the session in every tab", async () => {
      await tab.signOut();
      await other.becomes("signed-out");
      if (!mode.isolated) {
        assert.ok(watch.ways.has("BroadcastChannel message"), "what tabs tell each other was not heard");
      }
      assert.equal(
        (await context.cookies(mode.vault)).some(({ name }) => name === COOKIE),
        false,
      );
    });

    step("signed out, neither tab can call the API, nor after a reload", async () => {
      assert.equal((await tab.call("call-es256")).code, "signed_out");
      assert.equal((await other.call("call-rs256")).code, "signed_out");
      await tab.page.reload();
      await tab.becomes("signed-out");
    });

    step("signing in while the provider hangs says so, and works when it is back", async () => {
      stopProvider();
      try {
        await tab.press("sign-in");
        await tab.alerts("provider_unreachable");
        await tab.becomes("signed-out");
      } finally {
        resumeProvider();
      }
      await tab.signIn(person, "retry");
      await tab.calm();
      await tab.callApi("es256");
    });

    step("signing out everywhere ends the person's session in another browser too", async () => {
      const elsewhere = await browser.newContext();
      const farWatch = await LeakWatch.on(elsewhere, { cookie: COOKIE });
      const far = new App(await elsewhere.newPage());
      await far.open(mode.app);
      await far.signIn(person);
      await far.callApi("es256");
      await tab.signOut("sign-out-everywhere");
      await farWatch.check();
      await expireAll(() => farWatch.secrets.all("access token"));
      assert.match((await far.call("call-es256")).code, /^(session_ended|signed_out)$/);
      await far.becomes("signed-out");
      await elsewhere.close();
    });
  });
}
