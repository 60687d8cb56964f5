// The main job by script, on real parts and in both modes: login, refresh, rotation, replay, logout.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Browser, SESSION_COOKIE, newAttempt } from "./browser.mjs";
import { TIMING, sleep, start } from "./stack.mjs";

let running, stack;
before(async () => {
  running = await start({ accessTokenSeconds: 6 });
  stack = running.stack;
});
after(() => running?.stop());

const rested = () => sleep((stack.timing ?? TIMING).rest + 100);

describe("the whole flow", { concurrency: true }, () => {
  for (const mode of ["inpage", "isolated"]) {
    describe(`${mode} mode`, { concurrency: 1 }, () => {
      const origin = () => stack.origins[mode === "inpage" ? "inpage" : "vault"];
      const app = () => stack.origins[mode === "inpage" ? "inpage" : "app"];
      let browser, first;

      test("login opens a session with one host-prefixed, strict cookie", async () => {
        browser = new Browser(stack);
        const page = await browser.login(origin(), {
          query: { return_to: `${app()}/welcome?x=1` },
          stop: isApp(app()),
        });
        assert.equal(page.url, `${app()}/welcome?x=1`);
        const cookie = page.setCookies.find((text) => text.startsWith(SESSION_COOKIE));
        for (const attribute of ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"]) {
          assert.ok(cookie.includes(`; ${attribute}`), attribute);
        }
        assert.ok(!/domain=/i.test(cookie));
        assert.ok(cookie.split(";")[0].length <= 200);
        assert.equal(page.headers["cache-control"], "no-store");
        assert.equal(
          [...browser.jar(new URL(origin()).hostname).keys()].join(),
          SESSION_COOKIE,
          "no login cookie is left",
        );
      });

      test("a refresh gives a token that the API accepts, and who is signed in", async () => {
        first = await browser.call(origin(), "refresh");
        assert.equal(first.status, 200, first.text);
        assert.equal(first.headers["strongroom-outcome"], "no_rotate");
        assert.equal(first.json.token_type, "Bearer");
        assert.ok(first.json.expires_in > 0 && first.json.expires_in <= stack.accessTokenSeconds);
        assert.equal(first.json.session.subject, "alice");
        assert.ok(!first.json.session.id.includes(browser.handle(origin())));
        assert.ok(first.json.session.expires_at > first.json.session.idle_expires_at);
        assert.equal((await me("v1", first.json.access_token)).json.subject, "alice");
        assert.equal(
          (await me("v2", first.json.access_token)).status,
          401,
          "one audience's token is not another's",
        );
      });

      test("another audience gets another token; the same one is reused", async () => {
        const body = { audience: `${stack.origins.api}/rs256`, scope: "read" };
        const other = await browser.call(origin(), "refresh", { body });
        assert.equal(other.status, 200, other.text);
        assert.equal((await me("v2", other.json.access_token)).json.audience, body.audience);
        const again = await browser.call(origin(), "refresh", { body });
        assert.equal(again.json.access_token, other.json.access_token);
      });

      test("once it has rested, the handle rotates; the same attempt again gets the same answer", async () => {
        await rested();
        const before = browser.handle(origin());
        const thief = cookieOf(before);
        const attempt = newAttempt();
        const rotated = await browser.call(origin(), "refresh", { attempt });
        assert.equal(rotated.headers["strongroom-outcome"], "rotated", rotated.text);
        assert.notEqual(browser.handle(origin()), before);
        const replay = await browser.call(origin(), "refresh", { attempt, cookies: false, headers: thief });
        assert.equal(replay.headers["strongroom-outcome"], "replay");
        assert.deepEqual(replay.setCookies.map(valueOf), rotated.setCookies.map(valueOf));
        const tab = await browser.call(origin(), "refresh", { cookies: false, headers: thief });
        assert.equal(tab.headers["strongroom-outcome"], "coalesced");
        assert.deepEqual(tab.setCookies, [], "only the winner's cookie counts");
        assert.ok(tab.json.access_token);
      });

      test("a session can be asked after without a token", async () => {
        const { status, json } = await browser.call(origin(), "session");
        assert.equal(status, 200);
        assert.deepEqual(json.session, {
          ...first.json.session,
          idle_expires_at: json.session.idle_expires_at,
        });
        assert.ok(!JSON.stringify(json).includes("eyJ"));
      });

      test("a refresh after the token's life gives a fresh one", async () => {
        await sleep(stack.accessTokenSeconds * 1000 * 0.65);
        const fresh = await browser.call(origin(), "refresh");
        assert.equal(fresh.status, 200, fresh.text);
        assert.notEqual(fresh.json.access_token, first.json.access_token);
        assert.ok(fresh.json.expires_in > stack.accessTokenSeconds * 0.8);
        assert.equal((await me("v1", fresh.json.access_token)).status, 200);
      });

      test("logout ends the session here and at the provider, and clears the cookie", async () => {
        const handle = browser.handle(origin());
        const { status, json, setCookies } = await browser.call(origin(), "logout");
        assert.equal(status, 200);
        assert.match(setCookies[0], new RegExp(`^${SESSION_COOKIE}=; Max-Age=0`));
        assert.equal(browser.handle(origin()), undefined);
        const late = await browser.call(origin(), "refresh", { headers: cookieOf(handle) });
        assert.equal(late.status, 401);
        assert.equal(late.json.reason, "revoked");
        assert.deepEqual(late.setCookies, []);
        assert.ok(!json.logout_url.includes("eyJ"), "no token in an address");
        const bye = await browser.navigate(json.logout_url);
        assert.match(bye.text, /op\.logoutForm/);
        const again = await browser.call(origin(), "logout");
        assert.equal(again.status, 200, "logging out twice is no error");
      });
    });
  }
});

test("everywhere: the subject's other sessions end too", async () => {
  const [here, there] = [new Browser(stack), new Browser(stack)];
  const { inpage } = stack.origins;
  await here.login(inpage, { name: "dora" });
  await there.login(inpage, { name: "dora" });
  await here.call(inpage, "logout", { body: { everywhere: true } });
  const ended = await there.call(inpage, "refresh");
  assert.equal(ended.json.reason, "revoked");
  await there.login(inpage, { name: "dora" });
  assert.equal((await there.call(inpage, "refresh")).status, 200, "a later login is not affected");
});

test("a session of one application is none of another's, though they share store and secrets", async () => {
  const { inpage, vault } = stack.origins;
  const browser = new Browser(stack);
  await browser.login(inpage, { name: "finn" });
  const headers = cookieOf(browser.handle(inpage));
  const carried = await new Browser(stack).call(vault, "refresh", { headers });
  assert.equal(carried.json.reason, "unknown");
  await new Browser(stack).call(vault, "logout", { headers });
  assert.equal((await browser.call(inpage, "refresh")).status, 200);
});

test("nothing of the provider's lies readable in the store", async () => {
  const browser = new Browser(stack);
  await browser.login(stack.origins.inpage, { name: "erin" });
  const { json } = await browser.call(stack.origins.inpage, "refresh");
  const folder = path.join(stack.dir, "sessions");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const bytes = files.map((entry) =>
    readFileSync(path.join(entry.parentPath ?? entry.path, entry.name), "latin1"),
  );
  assert.ok(
    bytes.some((text) => text.includes(json.session.id.split(".")[1])),
    "the session is there",
  );
  const signature = json.access_token.split(".")[2];
  for (const text of bytes) {
    assert.ok(!text.includes(signature) && !text.includes("eyJhbGciOi"), "no token");
    assert.ok(!text.includes(browser.handle(stack.origins.inpage)), "no handle");
  }
});

const me = (version, token) =>
  new Browser(stack).request(`${stack.origins.api}/${version}/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
const isApp = (origin) => (url) => url.startsWith(`${origin}/`) && !url.includes("/auth/");
const cookieOf = (handle) => ({ cookie: `${SESSION_COOKIE}=${handle}` });
const valueOf = (text) => text.split(";")[0];
