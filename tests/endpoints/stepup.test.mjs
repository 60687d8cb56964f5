// Step-up: `vault.login({ maxAge, acrValues })` comes here as a navigation, and it must reach the provider and have its effect.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Browser, fetchIn } from "./browser.mjs";
import { endpointsIn } from "./local.mjs";
import { start } from "./stack.mjs";

let running, stack, origin;
before(async () => {
  running = await start();
  stack = running.stack;
  origin = stack.origins.inpage;
});
after(() => running?.stop());

const authTime = async (browser) => (await browser.call(origin, "session")).json.session.auth_time;

test("what the page asks for is asked of the provider", async () => {
  const real = fetchIn(stack);
  const pushed = [];
  const fetch = (url, init) => {
    if (String(url).endsWith("/request")) pushed.push(new URLSearchParams(String(init.body)));
    return real(url, init);
  };
  const wanted = { max_age: "60", acr_values: "urn:mfa pwd", prompt: "login" };
  const query = new URLSearchParams(wanted);
  const headers = { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" };
  const request = new Request(`${origin}/auth/login?${query}`, { headers });
  assert.equal((await endpointsIn(stack, { fetch }).fetch(request)).status, 302);
  const [asked] = pushed;
  assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, asked.get(name)])), wanted);
});

test("a sign-in that is too old has to be made again, one that is young enough has not", async () => {
  const browser = new Browser(stack);
  // Providers say when the user signed in where it matters.
  await browser.login(origin, { query: { max_age: "3600" } });
  const first = await authTime(browser);
  assert.ok(first > 0);
  await sleep(2100);
  const young = await browser.navigate(`${origin}/auth/login?max_age=3600`, {
    stop: (url) => new URL(url).pathname === "/",
  });
  assert.doesNotMatch(young.text ?? "", /name="login"/, "the provider asks for nothing");
  assert.ok((await authTime(browser)) <= first);
  const old = await browser.navigate(`${origin}/auth/login?max_age=1`);
  assert.match(old.text, /name="login"/, "the provider asks again");
  await browser.login(origin, { query: { max_age: "1" } });
  assert.ok((await authTime(browser)) > first);
});
