// What only a real browser can show: the whole flow with pushed requests, rotation and back-channel logout; and what pages of a
// sibling subdomain or of another site achieve against a signed-in user, with everything that a browser lets them send.
import assert from "node:assert/strict";
import { after, before, describe as group, test } from "node:test";
import { Browser, SESSION_COOKIE } from "../endpoints/browser.mjs";
import { sleep, start, until } from "../endpoints/stack.mjs";
import { call, chromium, signIn, strangers } from "./chromium.mjs";

let running, stack, origin, browser, other;
before(async () => {
  running = await start({ accessTokenSeconds: 20 });
  stack = running.stack;
  origin = stack.origins.inpage;
  other = await strangers(stack);
  browser = await chromium(stack);
});
after(async () => {
  await browser?.close();
  other?.stop();
  await running?.stop();
});

/** A signed-in user in a browser of their own, and what `/auth/` answered since. */
async function user(name) {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await signIn(page, origin, name);
  const answers = [];
  context.on("response", async (response) => {
    // Its own page's requests are the tests' way to ask how it is.
    if (!response.url().startsWith(`${origin}/auth/`) || isFrom(response, page)) return;
    answers.push({
      url: response.url(),
      status: response.status(),
      cookies: await response.headerValues("set-cookie"),
    });
  });
  const cookie = async () => (await context.cookies(origin)).find((each) => each.name === SESSION_COOKIE);
  return { context, page, answers, cookie };
}
function isFrom(response, page) {
  try {
    return response.frame().page() === page;
  } catch {
    return false;
  }
}
const rested = () => sleep(stack.timing.rest + 100);

group("the whole flow in Chromium", () => {
  test("sign in, refresh, rotate, another audience, log out", async () => {
    const { context, page, cookie } = await user("carla");
    const first = await cookie();
    assert.deepEqual([first.httpOnly, first.secure, first.sameSite, first.path], [true, true, "Strict", "/"]);
    const token = await call(page, "refresh");
    assert.equal(token.status, 200);
    assert.equal(token.json.session.subject, "carla");
    await rested();
    const audience = `${stack.origins.api}/rs256`;
    const rotated = await call(page, "refresh", { body: { audience } });
    assert.equal(rotated.outcome, "rotated");
    assert.notEqual((await cookie()).value, first.value);
    assert.equal(await page.evaluate(() => document.cookie), "");
    const { json } = await call(page, "logout");
    assert.equal(await cookie(), undefined);
    assert.equal((await call(page, "session")).json.code, "session_ended");
    await page.goto(json.logout_url);
    await page.waitForURL(`${origin}/`);
    await page.goto(`${origin}/auth/login`);
    assert.ok(await page.$("input[name=login]"), "the provider's session is over too");
    await context.close();
  });

  test("logging out at the provider ends the session here, by the back channel", async () => {
    const { context, page } = await user("beth");
    const stranger = await user("someone-else");
    assert.equal((await call(page, "session")).status, 200);
    const away = await context.newPage();
    await away.goto(`${stack.origins.id}/session/end`);
    await until(async () => (await call(page, "session")).status === 401, "the back-channel logout");
    assert.equal((await call(page, "refresh")).json.reason, "revoked");
    assert.equal((await call(stranger.page, "session")).status, 200);
    await context.close();
    await stranger.context.close();
  });
});

/** What a page can send without being asked: `[name, script of the page]`; the script gets the endpoints' address. */
const SENDS = [
  [
    "fetch with all the right headers",
    (to) =>
      fetch(`${to}/refresh`, {
        method: "POST",
        credentials: "include",
        headers: { "content-type": "application/json", "strongroom-attempt": "AAAAAAAAAAAAAAAAAAAAAA" },
        body: "{}",
      }),
  ],
  [
    "the same to /logout",
    (to) =>
      fetch(`${to}/logout`, {
        method: "POST",
        credentials: "include",
        headers: { "content-type": "application/json", "strongroom-attempt": "AAAAAAAAAAAAAAAAAAAAAA" },
        body: '{"everywhere":true}',
      }),
  ],
  [
    "fetch without CORS, text/plain",
    (to) =>
      fetch(`${to}/logout`, {
        method: "POST",
        mode: "no-cors",
        credentials: "include",
        body: '{"everywhere":true}',
      }),
  ],
  [
    "fetch without CORS, a form",
    (to) =>
      fetch(`${to}/logout`, {
        method: "POST",
        mode: "no-cors",
        credentials: "include",
        body: new URLSearchParams({ everywhere: "true" }),
      }),
  ],
  [
    "fetch without CORS, JSON as a Blob",
    (to) =>
      fetch(`${to}/refresh`, {
        method: "POST",
        mode: "no-cors",
        credentials: "include",
        body: new Blob(["{}"], { type: "application/json" }),
      }),
  ],
  ["a beacon", (to) => navigator.sendBeacon(`${to}/logout`, '{"everywhere":true}')],
  [
    "a beacon of JSON",
    (to) => navigator.sendBeacon(`${to}/refresh`, new Blob(["{}"], { type: "application/json" })),
  ],
  [
    "fetch that outlives the page",
    (to) =>
      fetch(`${to}/logout`, {
        method: "POST",
        mode: "no-cors",
        credentials: "include",
        keepalive: true,
        body: "{}",
      }),
  ],
  [
    "an image",
    (to) =>
      new Promise((done) =>
        Object.assign(new Image(), { onload: done, onerror: done, src: `${to}/refresh` }),
      ),
  ],
  [
    "a script",
    (to) =>
      new Promise((done) =>
        document.head.append(
          Object.assign(document.createElement("script"), {
            onload: done,
            onerror: done,
            src: `${to}/session`,
          }),
        ),
      ),
  ],
  [
    "a frame of /login",
    (to) =>
      new Promise((done) =>
        document.body.append(
          Object.assign(document.createElement("iframe"), { onload: done, src: `${to}/login` }),
        ),
      ),
  ],
  [
    "an image of /login",
    (to) =>
      new Promise((done) => Object.assign(new Image(), { onload: done, onerror: done, src: `${to}/login` })),
  ],
  [
    "a form to /backchannel",
    (to) =>
      fetch(`${to}/backchannel`, {
        method: "POST",
        mode: "no-cors",
        credentials: "include",
        body: new URLSearchParams({ logout_token: "eyJhbGciOiJub25lIn0.e30." }),
      }),
  ],
];
/** The same by forms, which navigate: `[name, enctype, route]`. */
const FORMS = [
  ["a form", "application/x-www-form-urlencoded", "logout"],
  ["a form in plain text that reads as JSON", "text/plain", "logout"],
  ["a form of files", "multipart/form-data", "refresh"],
];

for (const from of ["sibling", "foreign"]) {
  group(
    `a page of a ${from === "sibling" ? "sibling subdomain" : "foreign site"} against a signed-in user:`,
    () => {
      let victim, page, handle;
      before(async () => {
        victim = await user(`victim-of-${from}`);
        handle = (await victim.cookie()).value;
        page = await victim.context.newPage();
        await page.goto(other[from]);
      });
      after(() => victim?.context.close());

      /** Nothing was given, set or ended. */
      const unharmed = async () => {
        for (const { url, status, cookies } of victim.answers.splice(0)) {
          assert.ok(status >= 400, `${url}: ${status}`);
          assert.deepEqual(cookies, [], url);
        }
        assert.equal((await victim.cookie()).value, handle);
        const { status, json } = await call(victim.page, "session");
        assert.equal(status, 200, JSON.stringify(json));
        await sleep(50);
        victim.answers.length = 0;
      };

      for (const [name, script] of SENDS) {
        test(name, async () => {
          const read = await page.evaluate(
            ([source, to]) =>
              Promise.resolve(eval(`(${source})`)(to)).then(
                (answer) => (answer instanceof Response && answer.type !== "opaque" ? answer.text() : ""),
                () => "",
              ),
            [script.toString(), `${origin}/auth`],
          );
          assert.equal(read, "", "and nothing can be read");
          await sleep(100);
          await unharmed();
        });
      }

      for (const [name, enctype, route] of FORMS) {
        test(name, async () => {
          const target = `${origin}/auth/${route}`;
          const own = await victim.context.newPage();
          await own.goto(other[from]);
          const answered = victim.context.waitForEvent("response", (response) => response.url() === target);
          await own.evaluate(
            ([action, type]) => {
              const form = Object.assign(document.createElement("form"), {
                method: "POST",
                action,
                enctype: type,
              });
              form.append(
                Object.assign(document.createElement("input"), {
                  name: '{"everywhere":true,"x":"',
                  value: '"}',
                }),
              );
              document.body.append(form);
              form.submit();
            },
            [target, enctype],
          );
          await answered;
          await page.goto(other[from]);
          await sleep(100);
          await unharmed();
        });
      }

      test("plants no cookie that counts: every spelling of the session's and the login's", async () => {
        const plant = [
          "__Host-Http-strongroom",
          "__Host-Http-strongroom-login-AAAAAAAAAAAAAAAA",
          "__host-http-strongroom",
        ];
        await page.evaluate((names) => {
          for (const name of names) {
            for (const domain of ["; domain=strongroom.localhost", "; domain=localhost", ""]) {
              for (const path of ["; path=/", "; path=/auth", "; path=/auth/refresh"]) {
                document.cookie = `${name}=planted; secure${path}${domain}`;
              }
            }
          }
          document.cookie = "=__Host-Http-strongroom=planted; domain=strongroom.localhost; path=/";
          document.cookie = " __Host-Http-strongroom=planted; domain=strongroom.localhost; path=/";
        }, plant);
        await unharmed();
        const sent = (await victim.context.cookies(`${origin}/auth/refresh`)).filter(({ value }) =>
          value.includes("planted"),
        );
        assert.ok(
          sent.every(({ name }) => !name.startsWith("__Host-")),
          JSON.stringify(sent),
        );
      });

      test("login CSRF: the attacker's own callback, opened in the victim's browser", async () => {
        const attacker = new Browser(stack);
        const { url } = await attacker.login(origin, {
          name: "mallory",
          stop: (next) => next.includes("/auth/callback"),
        });
        const answer = await page.goto(url);
        assert.equal(new URL(answer.url()).searchParams.get("problem"), "state_invalid");
        await page.goto(other[from]);
        victim.answers.length = 0;
        assert.equal((await call(victim.page, "session")).json.session.subject, `victim-of-${from}`);
        await unharmed();
      });
    },
  );
}

group("session fixation", () => {
  test("a cookie that was there before the login is not the one after it, and is of no use to who planted it", async () => {
    const attacker = new Browser(stack);
    await attacker.login(origin, { name: "mallory" });
    const planted = attacker.handle(origin);
    const context = await browser.newContext();
    await context.addCookies([
      { name: SESSION_COOKIE, value: planted, url: origin, secure: true, httpOnly: true, sameSite: "Strict" },
    ]);
    const page = await context.newPage();
    await signIn(page, origin, "victor");
    const now = (await context.cookies(origin)).find(({ name }) => name === SESSION_COOKIE);
    assert.notEqual(now.value, planted);
    assert.equal((await call(page, "session")).json.session.subject, "victor");
    assert.equal(
      (await attacker.call(origin, "refresh")).json.reason,
      "revoked",
      "the session that was replaced is over",
    );
    await context.close();
  });
});
