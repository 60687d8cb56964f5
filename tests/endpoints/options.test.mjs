// A configuration that would fail late, in silence or at nobody's sight is refused, and told what is wrong with it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { createEndpoints, issuer, memoryLimiter, oidc } from "strongroom/endpoints";
import { createKeyRing, memoryRingStorage } from "strongroom/keys";
import { memoryStore } from "strongroom/stores/memory";

const secret = randomBytes(32).toString("base64url");
const resources = [{ audience: "https://api.example.com", scope: "read" }];
const provider = { issuer: "https://id.example.com", clientId: "app", clientSecret: "secret", resources };
const options = () => ({
  origins: ["https://app.example.com"],
  provider: oidc(provider),
  store: memoryStore({ quiet: true }),
  secrets: [secret],
});
const limiter = memoryLimiter({ requests: 1, seconds: 1 });
const refuses = (make, message) =>
  assert.throws(
    make,
    (error) => {
      assert.equal(error.code, "config_invalid", `${error.stack}`);
      assert.match(error.message, message);
      assert.ok(!error.message.includes(secret));
      return true;
    },
    String(message),
  );

test("the good ones are taken", () => {
  createEndpoints(options()).init();
  const session = { idleSeconds: 60, absoluteSeconds: 3600, limit: 1 };
  const limits = { session: limiter, address: limiter, addressOf: () => undefined };
  createEndpoints({ ...options(), session, limits, apps: ["https://www.example.com"] }).init();
  createEndpoints({ ...options(), session: undefined, limits: { session: limiter } }).init();
});

test("of the endpoints", () => {
  const cases = [
    [{ onOutcomes: () => undefined }, /no option "onOutcomes"/],
    [{ origins: undefined }, /origins/],
    [{ apps: ["https://app.example.com"] }, /apps: https:\/\/app\.example\.com is one of origins too/],
    [{ provider: undefined }, /provider: none given/],
    [{ store: undefined }, /store: has no method now/],
    [{ store: { get() {}, put() {}, delete() {}, list() {} } }, /store: has no method now/],
    [{ secrets: undefined }, /secrets/],
    [{ secrets: [] }, /secrets/],
    [{ secrets: secret }, /secrets/],
    [{ secrets: [undefined] }, /secrets/],
    [{ secrets: [secret, "short"] }, /secrets.*randomBytes/],
    [{ secrets: [`${secret}=`] }, /secrets.*without padding/],
    [{ onSession: {} }, /onSession: not a function/],
    [{ timing: { rest: 1 } }, /timing/],
    [{ timing: { timeout: 1, overlap: 1, rest: 1, late: 1 } }, /overlap/],
  ];
  for (const [change, message] of cases)
    refuses(() => createEndpoints({ ...options(), ...change }).init(), message);
});

test("lives and numbers of sessions", () => {
  for (const name of ["idleSeconds", "absoluteSeconds", "limit"]) {
    for (const value of [0, -1, 0.5, NaN, Infinity, "600", null, 1e15])
      refuses(
        () => createEndpoints({ ...options(), session: { [name]: value } }).init(),
        new RegExp(`session.${name}`),
      );
  }
  refuses(
    () => createEndpoints({ ...options(), session: { idle: 5 } }).init(),
    /session has no option "idle"/,
  );
});

test("limits that would limit nothing, or everything", () => {
  const cases = [
    [{ address: limiter }, /addressOf/],
    [{ addressOf: () => "192.0.2.1" }, /address/],
    [{ sessions: limiter }, /limits has no option "sessions"/],
    [{ session: {} }, /limits.session/],
  ];
  for (const [limits, message] of cases)
    refuses(() => createEndpoints({ ...options(), limits }).init(), message);
  for (const wrong of [{}, { requests: 5 }, { requests: 0, seconds: 1 }, { requests: 1, seconds: 0 }])
    refuses(() => memoryLimiter(wrong), /memoryLimiter/);
});

test("of an OpenID provider", () => {
  const cases = [
    [{ clientAuth: "client_secret_post" }, /clientAuth: must be "basic" or "post"/],
    [{ clientSecret: undefined }, /clientSecret/],
    [{ clientId: undefined }, /clientId/],
    [{ issuer: "http://id.example.com" }, /issuer: must be the provider's https address/],
    [{ issuer: "id.example.com" }, /issuer/],
    [{ scope: "profile" }, /openid/],
    [{ timeoutSeconds: NaN }, /timeoutSeconds/],
    [{ patienceSeconds: "25" }, /patienceSeconds/],
    [{ timeout: 3 }, /oidc has no option "timeout"/],
    [{ backchannel: true }, /backchannel/],
    [{ audienceAs: "none" }, /audienceAs/],
    [{ resources: undefined }, /resources: none given/],
    [{ resources: [] }, /resources: none given/],
    [{ resources: [{ scope: "read" }] }, /no audience/],
    [{ resources: [{ audience: "a" }] }, /scope of a/],
    [{ resources: [{ audience: "a", scope: "read  write" }] }, /scope of a/],
    [{ resources: [{ audience: "a", scope: "x", offlineAcess: false }] }, /no option "offlineAcess"/],
    [{ resources: ["x", "y"].map((scope) => ({ audience: "a", scope })) }, /a is there twice/],
  ];
  for (const [change, message] of cases) refuses(() => oidc({ ...provider, ...change }), message);
});

test("of an issuer of one's own", () => {
  const keyRing = createKeyRing({ storage: memoryRingStorage(), secrets: [secret] });
  const own = { issuer: "https://app.example.com/auth", clientId: "app", keyRing, resources };
  const authenticate = () => new Response();
  refuses(() => issuer(own), /authenticate/);
  refuses(() => issuer({ ...own, authenticate, onIsue: authenticate }), /no option "onIsue"/);
  refuses(() => issuer({ ...own, authenticate, keyRing: undefined }), /keyRing/);
  refuses(() => issuer({ ...own, authenticate, resources: [{ audience: "a" }] }), /scope of a/);
});

test("a limiter that fails at once, or does not know whose request it is, limits nothing either", async () => {
  const failing = () => {
    throw new Error("away");
  };
  for (const limits of [
    { session: { limit: failing } },
    { session: { limit: () => ({ success: true }) } },
    { address: limiter, addressOf: failing },
  ]) {
    const auth = createEndpoints({ ...options(), limits });
    const headers = {
      origin: "https://app.example.com",
      "content-type": "application/json",
      "strongroom-attempt": randomBytes(16).toString("base64url"),
    };
    const url = "https://app.example.com/auth/session";
    const response = await auth.fetch(new Request(url, { method: "POST", headers, body: "{}" }));
    assert.equal((await response.json()).code, "session_ended");
  }
});
