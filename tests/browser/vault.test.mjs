// The vault in a real browser, in both modes, against scripted endpoints.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { launch } from "../engines/index.mjs";
import { routes } from "./routes.mjs";
import { startServers } from "./servers.mjs";

const engine = process.env.STRONGROOM_ENGINE ?? "chromium";

/** Records every message that reaches the page, and keeps the page's ports and workers for the tests. */
const watch = `
  globalThis.seen = [];
  globalThis.ports = [];
  globalThis.workers = [];
  const { MessageChannel: Channel, Worker: Own } = globalThis;
  globalThis.MessageChannel = class extends Channel {
    constructor() {
      super();
      ports.push(this.port1);
      this.port1.addEventListener("message", ({ data }) => seen.push(data));
    }
  };
  globalThis.Worker = class extends Own {
    constructor(...args) {
      super(...args);
      workers.push(this);
      this.addEventListener("message", ({ data }) => seen.push(data));
    }
  };
  addEventListener("message", ({ data }) => seen.push(data));
  globalThis.text = (value) => JSON.stringify(value, (_, inner) => inner instanceof ReadableStream ? "stream" : inner);
`;

/** Opens a vault in the page; rejects with `code: message`. */
const open = async (options) => {
  const { openVault } = await import("/dist/index.js");
  globalThis.vault = await openVault(options).catch((error) => {
    throw new Error(`${error.code}: ${error.message}`);
  });
  globalThis.code = (promise) =>
    promise.then(
      () => "done",
      (error) => error.code ?? error.name,
    );
  globalThis.until = async (done) => {
    for (let i = 0; i < 300 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    return done();
  };
};

let browser;
before(async () => {
  browser = await launch(engine);
});
after(() => browser.close());

for (const mode of ["in-page", "isolated"]) {
  describe(`the vault, ${mode}`, () => {
    let servers, jar, page, options;

    beforeEach(async () => {
      let host = "";
      servers = await startServers(watch, () => host);
      routes(servers.api);
      const resources = [
        {
          origin: servers.apiOrigin,
          paths: ["/v1/", "/challenged", "/always-401", "/redirect", "/slow"],
          audience: "one",
        },
        { origin: servers.apiOrigin, paths: ["/v2/"], audience: "two", scope: "read" },
      ];
      host = `
        import { hostVault } from "/dist/host.js";
        globalThis.refused = hostVault(${JSON.stringify({ apps: [servers.app], endpoints: "/auth", resources })})
          .then(() => "hosts", (error) => error.code);`;
      options = mode === "in-page" ? { endpoints: "/auth", resources } : { isolated: servers.vault };
      jar = await browser.jar();
      page = await jar.open(servers.app);
    });
    afterEach(async () => {
      await jar.close();
      servers.close();
    });

    test("fetches with a token that no message to the page has", async () => {
      await page.evaluate(open, options);
      const result = await page.evaluate(async (api) => {
        const response = await vault.fetch(`${api}/v1/me`);
        const body = await response.json();
        await until(() => vault.session.status === "signed-in");
        return { body, session: vault.session, seen: text(seen) };
      }, servers.apiOrigin);
      assert.equal(result.body.authorized, true);
      assert.equal(result.session.subject, "ada");
      assert.equal(servers.auth.tokens.length, 1);
      assert.ok(result.seen.length > 50, "messages were recorded");
      assert.ok(!result.seen.includes("canary"), result.seen);
    });

    test("gives one token to all, one for each audience, and asks as the endpoints want to be asked", async () => {
      await page.evaluate(open, options);
      await page.evaluate(async (api) => {
        await Promise.all(Array.from({ length: 20 }, (_, i) => vault.fetch(`${api}/v1/${i}`)));
        await vault.fetch(`${api}/v2/x`);
      }, servers.apiOrigin);
      const refreshes = servers.auth.calls.filter(({ route }) => route === "refresh");
      assert.deepEqual(
        refreshes.map(({ body }) => body),
        [{ audience: "one" }, { audience: "two", scope: "read" }],
      );
      for (const { attempt, headers } of refreshes) {
        assert.match(attempt, /^[\w-]{22}$/);
        assert.equal(headers["content-type"], "application/json");
        assert.equal(headers.origin, mode === "in-page" ? servers.app : servers.vault);
        assert.equal(headers["sec-fetch-site"], "same-origin");
      }
      assert.equal(new Set(servers.auth.calls.map(({ attempt }) => attempt)).size, servers.auth.calls.length);
    });

    test("sends nothing to what is not listed", async () => {
      await page.evaluate(open, options);
      const codes = await page.evaluate(
        async (api, stranger, app, vaultOrigin) =>
          Promise.all(
            [
              `${stranger}/v1/me`,
              `${api}/v3/me`,
              `${api}/v10`,
              `${api}/`,
              `${app}/auth/refresh`,
              `${vaultOrigin}/auth/refresh`,
            ].map((url) => code(vault.fetch(url))),
          ),
        servers.apiOrigin,
        servers.strangerOrigin,
        servers.app,
        servers.vault,
      );
      assert.deepEqual(new Set(codes), new Set(["resource_not_allowed"]));
      assert.equal(
        await page.evaluate(
          (api) => code(vault.fetch(api.replace("api.localhost", "example.com"))),
          servers.apiOrigin,
        ),
        "insecure_url",
      );
      assert.deepEqual(servers.api.seen, []);
    });

    test("refuses the vault's own headers", async () => {
      await page.evaluate(open, options);
      const codes = await page.evaluate(
        (api) =>
          Promise.all(
            ["Authorization", "DPoP", "cookie"].map((name) =>
              code(vault.fetch(`${api}/v1/me`, { headers: { [name]: "x" } })),
            ),
          ),
        servers.apiOrigin,
      );
      assert.deepEqual(codes, ["header_forbidden", "header_forbidden", "header_forbidden"]);
    });

    test("does not follow redirects where paths are set", async () => {
      await page.evaluate(open, options);
      const to = encodeURIComponent(`${servers.strangerOrigin}/v1/me`);
      const name = await page.evaluate(
        (url) => code(vault.fetch(url)),
        `${servers.apiOrigin}/redirect?to=${to}`,
      );
      assert.equal(name, "TypeError");
      assert.deepEqual(
        servers.api.seen.map(({ path }) => path),
        ["/redirect"],
      );
    });

    test("refreshes once and tries again once after an expired-token challenge", async () => {
      await page.evaluate(open, options);
      await page.evaluate((api) => vault.fetch(`${api}/v1/me`).then((r) => r.status), servers.apiOrigin);
      servers.api.stale = `Bearer ${servers.auth.tokens[0]}`;
      await new Promise((resolve) => setTimeout(resolve, 2200));
      const text = await page.evaluate(
        (api) => vault.fetch(`${api}/challenged`, { method: "POST", body: "again" }).then((r) => r.text()),
        servers.apiOrigin,
      );
      assert.equal(text, "fresh 5");
      assert.equal(servers.auth.count("refresh"), 2);
      const status = await page.evaluate(
        (api) => vault.fetch(`${api}/always-401`).then((r) => r.status),
        servers.apiOrigin,
      );
      assert.equal(status, 401);
      assert.equal(servers.auth.count("refresh"), 2, "a token that has only just come is not replaced");
    });

    test("a resource's answer is the page's if the endpoints have no other token than the refused one", async () => {
      await page.evaluate(open, options);
      await page.evaluate((api) => vault.fetch(`${api}/v1/me`).then((r) => r.status), servers.apiOrigin);
      await new Promise((resolve) => setTimeout(resolve, 2200));
      const own = servers.auth.answer;
      servers.auth.answer = async (...given) => {
        const [status, body] = await own(...given);
        return [status, { ...body, access_token: servers.auth.tokens[0] }];
      };
      const answer = await page.evaluate(
        (api) => vault.fetch(`${api}/always-401`).then(async (r) => [r.status, await r.text()]),
        servers.apiOrigin,
      );
      assert.deepEqual(answer, [401, "no"]);
      assert.equal(servers.auth.count("refresh"), 2);
      assert.equal(servers.api.seen.filter(({ path }) => path === "/always-401").length, 1);
    });

    test("a log-out everywhere that the endpoints could not do is none", async () => {
      await page.evaluate(open, options);
      servers.auth.answer = () => [401, { code: "session_ended" }];
      const outcomes = await page.evaluate(async () => [
        await code(vault.logout({ everywhere: true })),
        vault.session.status,
        await code(vault.logout()),
      ]);
      assert.deepEqual(outcomes, ["session_ended", "signed-out", "done"]);
    });

    test("says signed out, session ended and unreachable apart", async () => {
      servers.auth.signedIn = false;
      await page.evaluate(open, options);
      const signedOut = await page.evaluate(async (api) => {
        await until(() => vault.session.status === "signed-out");
        return [vault.session, await code(vault.fetch(`${api}/v1/me`))];
      }, servers.apiOrigin);
      assert.deepEqual(signedOut, [{ status: "signed-out" }, "signed_out"]);
      servers.auth.signedIn = true;
      const second = await jar.open(servers.app);
      await second.evaluate(open, options);
      await second.evaluate(() => until(() => vault.session.status === "signed-in"));
      assert.equal(
        await page.evaluate(() => until(() => vault.session.status === "signed-in")),
        true,
        "the other tab has been told",
      );
      const own = servers.auth.answer;
      servers.auth.answer = () => [503, { code: "store_unavailable" }];
      const unreachable = await page.evaluate(async (api) => {
        const error = await vault.fetch(`${api}/v1/me`).catch((error) => error);
        return [error.code, error.reason, vault.session.status];
      }, servers.apiOrigin);
      assert.deepEqual(unreachable, ["unreachable", "store_unavailable", "unreachable"]);
      servers.auth.answer = own;
      assert.equal(await page.evaluate(() => until(() => vault.session.status === "signed-in")), true);
    });

    test("signs out here and in the other tab", async () => {
      await page.evaluate(open, options);
      const second = await jar.open(servers.app);
      await second.evaluate(open, options);
      await second.evaluate(async (api) => {
        await until(() => vault.session.status === "signed-in");
        await vault.fetch(`${api}/v1/me`);
      }, servers.apiOrigin);
      const result = await page.evaluate(async () => {
        await until(() => vault.session.status === "signed-in");
        const calls = [];
        const stop = vault.subscribe(() => calls.push(vault.session.status));
        const answer = await vault.logout({ everywhere: true });
        stop();
        return { answer, calls };
      });
      assert.deepEqual(result, {
        answer: { logoutUrl: "https://id.example.com/end" },
        calls: ["signed-out"],
      });
      assert.deepEqual(servers.auth.calls.findLast(({ route }) => route === "logout").body, {
        everywhere: true,
      });
      assert.equal(await second.evaluate(() => until(() => vault.session.status === "signed-out")), true);
    });

    test("goes to the log-in of the endpoints, and nowhere else", async () => {
      await page.evaluate(open, options);
      await page.evaluate(
        () =>
          void vault.login({
            returnTo: "/account?x=1",
            maxAge: 60,
            acrValues: "urn:mfa pwd",
            prompt: "login",
          }),
      );
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const at = await page.evaluate(() => location.href);
      const url = new URL(at);
      assert.equal(url.origin, mode === "in-page" ? servers.app : servers.vault);
      assert.equal(url.pathname, "/auth/login");
      assert.equal(url.searchParams.get("return_to"), `${servers.app}/account?x=1`);
      assert.equal(url.searchParams.get("max_age"), "60");
      assert.equal(url.searchParams.get("acr_values"), "urn:mfa pwd");
      assert.equal(url.searchParams.get("prompt"), "login");
    });

    test("crafted messages are ignored or refused and harm nothing", async () => {
      await page.evaluate(open, options);
      const result = await page.evaluate(
        async (api, stranger) => {
          const port = ports[0];
          const url = `${stranger}/v1/me`;
          const init = { method: "GET" };
          const messages = [
            null,
            undefined,
            1,
            "0",
            {},
            [],
            [undefined],
            [NaN, 1],
            [99, 1],
            ["0", 1],
            [0],
            [0, 1],
            [0, -1, {}],
            [0, 1e300, url],
            [0, 1001, url, [], init, true],
            [0, 1002, "not a url", [], init, true],
            [0, 1003, `${api}/v1/a`, [["a"]], init, true],
            [0, 1004, `${api}/v1/b`, [["authorization", "x"]], init, true],
            [0, 1005, `${api}/v1/c`, "no", init, true],
            [0, 1006, `${api}/v1/d`, [], null, true],
            [0, 1007, `${api}/v1/e`, [], { method: "TRACE" }, true],
            [
              0,
              1008,
              `${api}/v1/f`,
              [],
              { mode: "no-cors", redirect: "follow", credentials: 7, body: [[1]] },
              true,
            ],
            [0, 1009, `${api}/v1/f`, [], { headers: { authorization: "x" }, signal: 5, window: null }, true],
            [0, 1010, `${api}/v1/../v3/me`, [], init, true],
            [0, 1011, `${api}@evil.localhost/v1/me`, [], init, true],
            [1],
            [1, "x"],
            [1, 4e9],
            [2, 5],
            [2, 1009],
            [3, "x".repeat(10)],
            [4, 4, 4],
            new Map(),
            [0, 1012, ["x"], {}, [], []],
          ];
          for (const message of messages) if (message?.[0] !== 3) port.postMessage(message);
          await new Promise((resolve) => setTimeout(resolve, 300));
          const response = await vault.fetch(`${api}/v1/after`);
          return { status: response.status, seen: text(seen), status2: vault.session.status };
        },
        servers.apiOrigin,
        servers.strangerOrigin,
      );
      assert.equal(result.status, 200);
      assert.equal(result.status2, "signed-in");
      assert.ok(!result.seen.includes("canary"), result.seen);
      assert.ok(!result.seen.includes("[8]"), "the worker did not trap");
      for (const { path, headers } of servers.api.seen) {
        assert.ok(path.startsWith("/v1/"), path);
        assert.equal(headers.authorization, `Bearer ${servers.auth.tokens[0]}`);
        assert.match(headers.host, /^api\./);
      }
    });

    test("a closed vault says so", async () => {
      await page.evaluate(open, options);
      const codes = await page.evaluate(async (api) => {
        const open = code(vault.fetch(`${api}/slow`));
        await new Promise((resolve) => setTimeout(resolve, 100));
        vault.close();
        return [await open, await code(vault.fetch(`${api}/v1/me`)), await code(vault.logout())];
      }, servers.apiOrigin);
      assert.deepEqual(codes, ["closed", "closed", "closed"]);
    });

    test("a worker that dies is replaced, and the session is found again", async () => {
      await page.evaluate(open, options);
      const result = await page.evaluate(async (api) => {
        await until(() => vault.session.status === "signed-in");
        const open = code(vault.fetch(`${api}/slow`));
        await new Promise((resolve) => setTimeout(resolve, 100));
        ports[0].dispatchEvent(new MessageEvent("message", { data: [8] }));
        const status = vault.session.status;
        const response = await vault.fetch(`${api}/v1/me`).then((r) => r.json());
        await until(() => vault.session.status === "signed-in");
        return [await open, status, response.authorized, vault.session.status];
      }, servers.apiOrigin);
      assert.deepEqual(result, ["worker_restarted", "starting", true, "signed-in"]);
    });
  });
}

describe("the vault's door", () => {
  let servers, jar, host;
  beforeEach(async () => {
    servers = await startServers(watch, () => host);
    host = `
      import { hostVault } from "/dist/host.js";
      globalThis.outcome = hostVault(${JSON.stringify({
        apps: [servers.app],
        endpoints: "/auth",
        resources: [{ origin: servers.apiOrigin }],
      })}).then(() => "hosts", (error) => error.code);`;
    jar = await browser.jar();
  });
  afterEach(async () => {
    await jar.close();
    servers.close();
  });

  test("wrong configurations are refused, and the message names the option", async () => {
    const page = await jar.open(servers.app);
    const wrong = [
      [{ resources: [] }, /`endpoints`/],
      [{ endpoints: "/auth" }, /`resources`/],
      [{ endpoints: "/auth", resources: [] }, /`resources`/],
      [{ endpoints: "/auth", resources: [{ origin: servers.app }] }, /own origin/],
      [{ endpoints: "/auth", resources: [{ origin: "http://api.example.com" }] }, /https/],
      [{ endpoints: "/auth", resources: [{ origin: "https://api.example.com/v1" }] }, /exact origin/],
      [
        { endpoints: "/auth", resources: [{ origin: "https://*.example.com/" }, { origin: "x" }] },
        /exact origin/,
      ],
      [{ endpoints: "/auth", resources: [{ origin: servers.apiOrigin, paths: ["v1"] }] }, /`?paths`?/],
      [
        { endpoints: "https://elsewhere.example.com/auth", resources: [{ origin: servers.apiOrigin }] },
        /`endpoints`/,
      ],
      [
        { endpoints: "/auth", provider: servers.apiOrigin, resources: [{ origin: servers.apiOrigin }] },
        /`provider`/,
      ],
      [{ isolated: servers.vault, resources: [] }, /`resources`/],
      [{ isolated: servers.app }, /`isolated`/],
      [{ isolated: "https://*.example.com" }, /`isolated`/],
      [{ isolated: `${servers.vault}/path` }, /`isolated`/],
    ];
    for (const [options, message] of wrong) {
      await assert.rejects(page.evaluate(open, options), (error) => {
        assert.match(error.message, /^config_invalid: /);
        assert.match(error.message, message);
        return true;
      });
    }
    assert.deepEqual(servers.auth.calls, []);
  });

  test("a missing worker file is said with the option that mends it", async () => {
    const page = await jar.open(servers.app);
    const options = { endpoints: "/auth", resources: [{ origin: servers.apiOrigin }], worker: "/nowhere.js" };
    await assert.rejects(page.evaluate(open, options), /worker_failed: .*nowhere\.js.*`worker`/);
  });

  test("a worker has five times four seconds to start, and no more", async () => {
    const page = await jar.open(servers.app);
    const outcomes = await page.evaluate(async (origin) => {
      const { openVault } = await import("/dist/index.js");
      const [timers, cleared] = [[], []];
      globalThis.setInterval = (work, millis) => timers.push({ work, millis });
      globalThis.clearInterval = (number) => cleared.push(number);
      const silence = URL.createObjectURL(new Blob([""], { type: "text/javascript" }));
      const begin = (worker) => {
        const result = {};
        const open = openVault({ endpoints: "/auth", resources: [{ origin }], worker });
        result.promise = open.then(
          () => "open",
          (error) => error.code,
        );
        void result.promise.then((outcome) => (result.outcome = outcome));
        return result;
      };
      const silent = begin(silence);
      const passed = [];
      for (let i = 0; i < 5; i++) {
        timers[0].work();
        await new Promise((resolve) => setTimeout(resolve, 50));
        passed.push(silent.outcome ?? "waits");
      }
      // One that is in time is left alone from then on.
      const prompt = begin();
      const at = timers.findLastIndex(({ millis }) => millis === 4000);
      for (let i = 0; i < 4; i++) timers[at].work();
      return [timers[0].millis, passed, await prompt.promise, cleared.includes(at + 1)];
    }, servers.apiOrigin);
    const passed = ["waits", "waits", "waits", "waits", "worker_failed"];
    assert.deepEqual(outcomes, [4000, passed, "open", true]);
  });

  test("the isolated vault refuses to run at top level", async () => {
    const page = await jar.open(servers.vault);
    assert.equal(await page.evaluate(() => globalThis.outcome), "handshake_failed");
  });

  test("the isolated vault has no word for a page that is not listed", async () => {
    const page = await jar.open(servers.strangerApp);
    const heard = await page.evaluate(async (vault) => {
      const frame = document.createElement("iframe");
      frame.src = `${vault}/`;
      document.body.append(frame);
      await new Promise((resolve) => (frame.onload = resolve));
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => seen.push(data);
      frame.contentWindow.postMessage("strongroom:port", vault, [port2]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return seen;
    }, servers.vault);
    assert.deepEqual(heard, []);
    assert.deepEqual(servers.auth.calls, []);
  });

  test("the isolated vault takes one port, and only from its parent", async () => {
    const page = await jar.open(servers.app);
    await page.evaluate(open, { isolated: servers.vault });
    const heard = await page.evaluate(async (vault) => {
      const { port1, port2 } = new MessageChannel();
      const heard = [];
      port1.onmessage = ({ data }) => heard.push(data);
      const [frame] = document.querySelectorAll("iframe");
      frame.contentWindow.postMessage("strongroom:port", vault, [port2]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return heard;
    }, servers.vault);
    assert.deepEqual(heard, []);
  });

  test("what belongs to no resource is fetched by the page itself if it asks for that", async () => {
    const page = await jar.open(servers.app);
    const resources = [{ origin: servers.apiOrigin }];
    await page.evaluate(open, { endpoints: "/auth", resources, passthrough: true });
    const bodies = await page.evaluate(
      async (...urls) => {
        const bodies = [];
        for (const url of urls)
          bodies.push(await vault.fetch(url, { method: "POST", body: "x" }).then((r) => r.json()));
        return bodies.map(({ authorized }) => authorized);
      },
      `${servers.strangerOrigin}/v1/me`,
      `${servers.apiOrigin}/v1/me`,
    );
    assert.deepEqual(bodies, [false, true]);
    assert.deepEqual(
      servers.api.seen.map(({ body }) => body.toString()),
      ["x", "x"],
    );
  });

  test("a token does not follow a redirect to another origin", async () => {
    routes(servers.api);
    const page = await jar.open(servers.app);
    await page.evaluate(open, { endpoints: "/auth", resources: [{ origin: servers.apiOrigin }] });
    const to = encodeURIComponent(`${servers.strangerOrigin}/v1/me`);
    const outcome = await page.evaluate(
      (url) =>
        vault.fetch(url).then(
          (r) => r.json(),
          (error) => error.name,
        ),
      `${servers.apiOrigin}/redirect?to=${to}`,
    );
    assert.ok(outcome === "TypeError" || outcome.authorized === false, JSON.stringify(outcome));
    const [first, ...others] = servers.api.seen;
    assert.equal(first.headers.authorization, `Bearer ${servers.auth.tokens[0]}`);
    for (const { headers } of others) assert.equal(headers.authorization, undefined);
  });

  test("the inline vault works without a file of its own", async () => {
    const page = await jar.open(servers.app);
    const result = await page.evaluate(async (origin) => {
      const { openVault } = await import("/dist/inline.js");
      const vault = await openVault({ endpoints: "/auth", resources: [{ origin }] });
      return (await vault.fetch(`${origin}/v1/me`)).json();
    }, servers.apiOrigin);
    assert.equal(result.authorized, true);
  });
});

test("importing has no effect and needs no browser", async () => {
  const names = new Set(Reflect.ownKeys(globalThis));
  const { openVault, VaultError } = await import("../../pkg/dist/index.js");
  // It runs on another origin than the page, and shares nothing with it.
  const { hostVault, VaultError: HostError } = await import("../../pkg/dist/host.js");
  const { VaultError: InlineError } = await import("../../pkg/dist/inline.js");
  assert.equal(InlineError, VaultError);
  assert.deepEqual(new Set(Reflect.ownKeys(globalThis)), names);
  for (const [start, Own] of [
    [() => openVault({ endpoints: "/auth", resources: [] }), VaultError],
    [() => hostVault({ apps: [] }), HostError],
  ]) {
    await assert.rejects(start, (error) => error instanceof Own && error.code === "unsupported_environment");
  }
});
