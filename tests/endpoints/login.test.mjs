// What can go wrong between `/login` and `/callback`: where it may lead, and what may come back.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Browser, SESSION_COOKIE, fetchIn } from "./browser.mjs";
import { endpointsIn } from "./local.mjs";
import { start } from "./stack.mjs";

let running, stack, origin;
before(async () => {
  running = await start();
  stack = running.stack;
  origin = stack.origins.inpage;
});
after(() => running?.stop());

const atCallback = (url) => url.includes("/auth/callback");
const noSession = (answer, browser, at = origin) => {
  assert.ok(!answer.setCookies.some((text) => text.startsWith(`${SESSION_COOKIE}=`)), "no session cookie");
  assert.equal(browser.handle(at), undefined);
};

describe("return_to", () => {
  test("leads to listed origins and nowhere else", async () => {
    const { vault, app } = stack.origins;
    const refused = [
      "https://evil.example/",
      "//evil.example/",
      "\\\\evil.example",
      "/\\evil.example",
      `${app}.evil.example/`,
      `${app}@evil.example/`,
      app.replace("https://", "https://user:word@"),
      app.replace("https:", "http:"),
      "javascript:alert(1)",
      "data:text/html,x",
      stack.origins.inpage,
      `${app}/${"x".repeat(3000)}`,
    ];
    const browser = new Browser(stack);
    for (const target of refused) {
      const answer = await browser.request(
        `${vault}/auth/login?${new URLSearchParams({ return_to: target })}`,
      );
      assert.equal(answer.status, 400, target);
      assert.equal(answer.json.code, "return_to_refused", target);
      assert.deepEqual(answer.setCookies, [], target);
    }
    for (const target of [`${app}/deep?x=1#y`, `${vault}/`, "/path"]) {
      const answer = await browser.request(
        `${vault}/auth/login?${new URLSearchParams({ return_to: target })}`,
      );
      assert.equal(answer.status, 302, target);
    }
  });

  test("a path alone is the app's", async () => {
    const { vault, app } = stack.origins;
    const stop = (url) => url.startsWith(app);
    const page = await new Browser(stack).login(vault, { query: { return_to: "/deep" }, stop });
    assert.equal(page.url, `${app}/deep`);
  });
});

describe("/login", () => {
  test("takes its four parameters and checks them", async () => {
    const browser = new Browser(stack);
    for (const query of [
      "max_age=-1",
      "max_age=x",
      "prompt=evil",
      "acr_values=a%0Ab",
      "prompt=none%20nonsense",
    ]) {
      const answer = await browser.request(`${origin}/auth/login?${query}`);
      assert.equal(answer.json?.code, "request_invalid", query);
    }
    const signIn = await browser.request(
      `${origin}/auth/login?redirect_uri=https://evil.example&client_id=x&scope=y`,
    );
    assert.equal(new URL(signIn.headers.location).searchParams.get("client_id"), stack.clients.inpage.id);
  });

  test("prompt=none without a session at the provider is refused, and a browser is sent back with the reason", async () => {
    const browser = new Browser(stack);
    const page = await browser.navigate(`${origin}/auth/login?prompt=none`, { stop: atCallback });
    const answer = await browser.request(page.url);
    assert.equal(answer.json.code, "provider_refused");
    noSession(answer, browser);
    const again = await browser.navigate(`${origin}/auth/login?prompt=none&return_to=/here`, {
      stop: atCallback,
    });
    const html = await browser.request(again.url, { headers: { accept: "text/html" } });
    assert.equal(html.headers.location, `${origin}/here?problem=provider_refused`);
    noSession(html, browser);
  });

  test("is a navigation: frames, images and other methods are refused", async () => {
    const browser = new Browser(stack);
    for (const destination of ["iframe", "image", "empty", "script"]) {
      const answer = await browser.request(`${origin}/auth/login`, {
        headers: { "sec-fetch-dest": destination },
      });
      assert.equal(answer.json.code, "fetch_site_refused", destination);
      assert.deepEqual(answer.setCookies, []);
    }
    assert.equal((await browser.request(`${origin}/auth/login`, { method: "POST" })).status, 405);
  });

  test("keeps five logins under way, the oldest is dropped", async () => {
    const browser = new Browser(stack);
    const states = [];
    for (let i = 0; i < 7; i++) {
      const { setCookies } = await browser.request(`${origin}/auth/login`);
      assert.match(setCookies[0], /; SameSite=Lax; /);
      states.push(setCookies[0].split("=")[0]);
    }
    const held = [...browser.jar(new URL(origin).hostname).keys()];
    assert.deepEqual(held.sort(), states.slice(2).sort());
  });
});

describe("/callback", () => {
  test("refuses a tampered, missing, foreign or repeated state", async () => {
    const browser = new Browser(stack);
    const { url } = await browser.login(origin, { stop: atCallback });
    const changed = (change) => {
      const next = new URL(url);
      change(next.searchParams);
      return next.href;
    };
    const state = new URL(url).searchParams.get("state");
    const other = state.slice(0, -1) + (state.endsWith("A") ? "B" : "A");
    const refused = [
      changed((query) => query.set("state", other)),
      changed((query) => query.delete("state")),
      changed((query) => query.set("state", "x")),
    ];
    for (const address of refused) await refuse(browser, address, "state_invalid");
    // Another browser, brought to this address: login CSRF.
    await refuse(new Browser(stack), url, "state_invalid");

    const taken = new Map(browser.jar(new URL(origin).hostname));
    assert.equal((await browser.request(url)).status, 302);
    const session = browser.handle(origin);
    for (const [name, value] of taken) browser.jar(new URL(origin).hostname).set(name, value);
    const repeated = await browser.request(url);
    assert.equal(repeated.json.code, "state_invalid", "each login can be finished once");
    assert.deepEqual(repeated.setCookies, []);
    assert.ok(session);
  });

  test("refuses a login cookie that was changed, or renamed for another state", async () => {
    const browser = new Browser(stack);
    const jar = browser.jar(new URL(origin).hostname);
    const { url } = await browser.login(origin, { stop: atCallback });
    const [[name, value]] = jar;
    jar.set(name, value.slice(0, -2) + (value.endsWith("AA") ? "BB" : "AA"));
    await refuse(browser, url, "state_invalid");
    const { url: second } = await browser.login(origin, { stop: atCallback });
    const secondName = [...jar.keys()].find((key) => key !== name);
    jar.set(secondName, value);
    await refuse(browser, second, "state_invalid");
  });

  test("refuses another issuer, a foreign code and none", async () => {
    const cases = [
      [(query) => query.set("iss", "https://evil.example"), "issuer_mismatch"],
      [(query) => query.delete("iss"), "issuer_mismatch"],
      [(query) => query.set("code", "x".repeat(43)), "provider_refused"],
      [(query) => query.delete("code"), "request_invalid"],
    ];
    for (const [change, code] of cases) {
      const browser = new Browser(stack);
      const url = new URL((await browser.login(origin, { stop: atCallback })).url);
      change(url.searchParams);
      await refuse(browser, url.href, code);
    }
  });

  test("PKCE: a code stolen from another login is of no use", async () => {
    const [victim, attacker] = [new Browser(stack), new Browser(stack)];
    const stolen = new URL((await victim.login(origin, { stop: atCallback })).url).searchParams.get("code");
    const own = new URL((await attacker.login(origin, { stop: atCallback })).url);
    own.searchParams.set("code", stolen);
    await refuse(attacker, own.href, "provider_refused");
  });

  test("refuses a login of another application on the same origin", async () => {
    const fetch = (request) => (request.url.includes("/other/") ? other : auth).fetch(request);
    const auth = endpointsIn(stack);
    const other = endpointsIn(stack, { path: "/other" });
    const browser = new Browser(stack, { [origin]: fetch });
    const { url } = await browser.login(origin, { stop: atCallback });
    await refuse(browser, url.replace("/auth/", "/other/"), "state_invalid");
  });

  async function refuse(browser, url, code) {
    const answer = await browser.request(url);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.code, code, url);
    assert.deepEqual(answer.setCookies, []);
    noSession(answer, browser);
  }
});

describe("the id token", () => {
  const swapped = {};
  const cases = [
    ["of another login", "nonce_mismatch", (body) => ({ ...body, id_token: swapped.idToken })],
    [
      "with a changed signature",
      "id_token_invalid",
      (body) => ({ ...body, id_token: breakSignature(body.id_token) }),
    ],
    ["that says alg none", "id_token_invalid", (body) => ({ ...body, id_token: unsigned(body.id_token) })],
    [
      "of another subject under the old signature",
      "id_token_invalid",
      (body) => ({ ...body, id_token: renamed(body.id_token) }),
    ],
    ["that is missing", "id_token_invalid", ({ id_token: _, ...body }) => body],
  ];

  test("a genuine one is accepted, on Node with the memory store too", async () => {
    const browser = mutated((body) => {
      swapped.idToken = body.id_token;
      return body;
    });
    await browser.login(origin, { name: "norah" });
    const { json } = await browser.call(origin, "session");
    assert.equal(json.session.subject, "norah");
  });

  for (const [name, code, change] of cases) {
    test(`one ${name} is refused`, async () => {
      const browser = mutated(change);
      const { url } = await browser.login(origin, { stop: atCallback });
      const answer = await browser.request(url);
      assert.equal(answer.json?.code, code, answer.text);
      noSession(answer, browser);
    });
  }

  /** Endpoints in this process whose provider's token answers go through `change`. */
  function mutated(change) {
    const real = fetchIn(stack);
    const auth = endpointsIn(stack, {
      fetch: async (url, init) => {
        const response = await real(url, init);
        return url.endsWith("/token") ? Response.json(change(await response.json())) : response;
      },
    });
    return new Browser(stack, { [origin]: (request) => auth.fetch(request) });
  }

  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const payloadOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  const unsigned = (token) => `${part({ alg: "none" })}.${token.split(".")[1]}.`;
  const breakSignature = (token) => {
    const [header, payload, signature] = token.split(".");
    return [header, payload, (signature[0] === "A" ? "B" : "A") + signature.slice(1)].join(".");
  };
  const renamed = (token) => {
    const [header, , signature] = token.split(".");
    return [header, part({ ...payloadOf(token), sub: "mallory" }), signature].join(".");
  };
});
