// The rotation as it is committed: many requests at once, a thief, and two sessions in one browser.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Browser, SESSION_COOKIE } from "./browser.mjs";
import { sleep, start } from "./stack.mjs";

let running, stack, origin, timing;
before(async () => {
  // Windows that a burst fits into on a busy machine, and tokens that outlive the test.
  const windows = { timeout: 1500, overlap: 3000, rest: 3000, late: 5000 };
  running = await start({ timing: windows, accessTokenSeconds: 60 });
  stack = running.stack;
  origin = stack.origins.inpage;
  timing = stack.timing;
});
after(() => running?.stop());

const outcomesOf = (answers) => {
  const outcomes = {};
  for (const answer of answers) {
    const outcome = answer.headers["strongroom-outcome"] ?? String(answer.status);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
};

const signedIn = async (name) => {
  const browser = new Browser(stack);
  await browser.login(origin, { name });
  return browser;
};

describe("the rotation", { concurrency: true }, () => {
  test("50 refreshes at once on one handle: exactly one rotates", async () => {
    const browser = await signedIn("fifty");
    for (let round = 0; round < 2; round++) {
      await sleep(timing.rest + 100);
      const headers = { cookie: `${SESSION_COOKIE}=${browser.handle(origin)}` };
      const started = Date.now();
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => browser.call(origin, "refresh", { headers, cookies: false })),
      );
      const { rotated, coalesced, recovered = 0 } = outcomesOf(answers);
      assert.equal(rotated, 1);
      assert.equal(coalesced + recovered, 49);
      // On a machine so busy that the burst outlasts the window, the last ones rightly count as a lost response.
      if (Date.now() - started < timing.overlap) assert.equal(recovered, 0);
      const winners = answers.filter(({ setCookies }) => setCookies.length > 0);
      assert.equal(winners.length, 1 + recovered, "one answer carries a cookie");
      assert.ok(
        answers.every(({ json }) => json.access_token),
        "every tab gets a token",
      );
      browser
        .jar(new URL(origin).hostname)
        .set(SESSION_COOKIE, winners[0].setCookies[0].split(";")[0].split("=")[1]);
    }
  });

  test("a stolen handle: reuse ends the family, for the thief and for the owner", async () => {
    const owner = await signedIn("owner");
    const stolen = { headers: { cookie: `${SESSION_COOKIE}=${owner.handle(origin)}` }, cookies: false };
    const thief = new Browser(stack);
    await sleep(timing.rest + 100);
    assert.equal((await owner.call(origin, "refresh")).headers["strongroom-outcome"], "rotated");
    assert.equal((await owner.call(origin, "refresh")).headers["strongroom-outcome"], "no_rotate");
    await sleep(timing.late + 100);
    const reuse = await thief.call(origin, "refresh", stolen);
    assert.equal(reuse.status, 401, reuse.text);
    assert.equal(reuse.headers["strongroom-outcome"], "reuse");
    assert.equal(reuse.json.reason, "reuse");
    assert.deepEqual(reuse.setCookies, []);
    const ended = await owner.call(origin, "refresh");
    assert.equal(ended.json.reason, "revoked");
    assert.deepEqual(ended.setCookies, [], "not even the owner's cookie is touched");
  });

  test("a login beside an open session: the old one gives no cookies any more, then ends", async () => {
    const browser = await signedIn("first");
    const old = { headers: { cookie: `${SESSION_COOKIE}=${browser.handle(origin)}` }, cookies: false };
    await sleep(timing.rest + 100);
    // Nobody is signed in at the provider any more: it asks again.
    browser.cookies.delete(new URL(stack.origins.id).hostname);
    const started = await browser.navigate(`${origin}/auth/login`);
    const closing = await browser.call(origin, "refresh", old);
    assert.equal(closing.status, 200, closing.text);
    assert.ok(closing.json.access_token, "the old session still serves");
    assert.deepEqual(closing.setCookies, [], "a cookie of the old session could displace the new one");
    const form = { "content-type": "application/x-www-form-urlencoded" };
    await browser.navigate(started.url, {
      method: "POST",
      body: "login=second&password=x",
      headers: form,
      stop: (url) => new URL(url).pathname === "/",
    });
    assert.equal((await browser.call(origin, "session")).json.session.subject, "second");
    assert.equal((await browser.call(origin, "refresh", old)).json.reason, "revoked");
  });

  test("a quick login waits for a cookie of the old session that is under way", async () => {
    const browser = await signedIn("hasty");
    await sleep(timing.rest + 100);
    const handle = browser.handle(origin);
    const old = { headers: { cookie: `${SESSION_COOKIE}=${handle}` }, cookies: false };
    const late = await browser.call(origin, "refresh", old);
    assert.equal(late.headers["strongroom-outcome"], "rotated");
    const started = Date.now();
    await browser.login(origin);
    // The vault takes that answer for no longer than its time-out: what it brought the jar is overwritten.
    assert.ok(
      Date.now() - started >= timing.timeout,
      "the new cookie came while the old one could still follow it",
    );
    assert.notEqual(browser.handle(origin), handle);
    assert.equal((await browser.call(origin, "refresh")).status, 200);
  });

  test("a login that is given up does not end the session", async () => {
    const browser = await signedIn("undecided");
    await browser.request(`${origin}/auth/login`, { headers: { "sec-fetch-dest": "document" } });
    assert.equal((await browser.call(origin, "refresh")).status, 200);
    assert.equal((await browser.call(origin, "session")).json.session.subject, "undecided");
  });
});
