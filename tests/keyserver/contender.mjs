// One verifier under one fault, in a process of its own, so that its memory is its own. Its parent holds the key server.
// The clock of both verifiers is `Date.now`, which a scenario moves: hours pass in seconds.
import * as jose from "jose";
import { createVerifier } from "strongroom/edge";

const issuer = "https://issuer.example";
const audience = "https://api.example";
const [, , library, scenario, url] = process.argv;

const start = Date.now();
let moved = 0;
const realNow = Date.now;
Date.now = () => realNow() + moved;

const MAKE = {
  strongroom() {
    const options = { issuer, audience, algorithms: ["ES256"], keys: { jwksUrl: url }, maxKeys: 1000 };
    const verifier = createVerifier(options);
    return (token) => verifier.verify(token);
  },
  jose() {
    const keys = jose.createRemoteJWKSet(new URL(url));
    return (token) => jose.jwtVerify(token, keys, { issuer, audience, algorithms: ["ES256"] });
  },
};

/** An issuer's key: `token(claims)` signs, `jwk` is published. */
async function makeKey(kid) {
  const { publicKey, privateKey } = await jose.generateKeyPair("ES256");
  const jwk = { ...(await jose.exportJWK(publicKey)), kid, alg: "ES256", use: "sig" };
  const exp = Math.floor(start / 1000) + 7 * 24 * 3600;
  const sign = new jose.SignJWT({ sub: "user-1" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime(exp);
  return { jwk, token: await sign.setProtectedHeader({ alg: "ES256", kid }).sign(privateKey) };
}

/** Tells the key server how to answer. */
function serve(mode) {
  process.send({ mode });
  return new Promise((resolve) => process.once("message", resolve));
}

const verify = MAKE[library]();
const result = { calls: 0, successes: 0, refusals: {} };

async function call(token) {
  try {
    await verify(token);
    return true;
  } catch (error) {
    const code = error.code ?? error.name;
    result.refusals[code] = (result.refusals[code] ?? 0) + 1;
    return false;
  }
}

/** A call that an honest client makes. */
async function honest(token) {
  result.calls += 1;
  if (await call(token)) result.successes += 1;
}

const pass = (seconds) => (moved += seconds * 1000);
const old = await makeKey("old");
const oldSet = { how: "keys", jwks: { keys: [old.jwk] } };

/** Warm, then the fault, then a call every thirty seconds for two hours. */
async function through(mode) {
  await serve(oldSet);
  await call(old.token);
  await serve(mode);
  for (let i = 0; i < 240; i += 1) {
    pass(30);
    await honest(old.token);
  }
}

/** Warm and stale, then fifty calls at once into the fault. */
async function crowd(mode) {
  await serve(oldSet);
  await call(old.token);
  pass(601);
  await serve(mode);
  await Promise.all(Array.from({ length: 50 }, () => honest(old.token)));
}

const forged = (i) => {
  const header = Buffer.from(JSON.stringify({ alg: "ES256", kid: `forged-${i}` })).toString("base64url");
  return `${header}.${old.token.split(".")[1]}.${"A".repeat(86)}`;
};

const SCENARIOS = {
  down: () => through({ how: "down" }),
  errors: () => through({ how: "error" }),
  rubbish: () => through({ how: "rubbish" }),
  slow: () => crowd({ how: "slow" }),
  huge: () => crowd({ how: "huge" }),
  async "wrong content type"() {
    await serve({ ...oldSet, type: "text/html" });
    for (let i = 0; i < 20; i += 1) await honest(old.token);
  },
  /** Another's keys lie where the redirect leads: whoever follows it accepts another's tokens. */
  async redirecting() {
    const other = await makeKey("old");
    await serve({
      how: "redirect",
      location: url.replace(/[^/]+$/, "elsewhere"),
      elsewhere: { keys: [other.jwk] },
    });
    for (let i = 0; i < 20; i += 1) {
      pass(60);
      await honest(other.token);
    }
  },
  async rotated() {
    await serve(oldSet);
    await call(old.token);
    for (let i = 0; i < 20; i += 1) {
      const next = await makeKey(`key-${i}`);
      await serve({ how: "keys", jwks: { keys: [next.jwk] } });
      pass(3600);
      for (let j = 0; j < 5; j += 1) await honest(next.token);
    }
  },
  async "1,000 keys"() {
    const keys = await Promise.all(Array.from({ length: 1000 }, (_, i) => makeKey(`key-${i}`)));
    await serve({ how: "keys", jwks: { keys: keys.map(({ jwk }) => jwk) } });
    await call(keys[0].token);
    for (const { token } of keys) await honest(token);
  },
  /** A minute of 100 forged key ids a second; after 20 s the issuer truly rotates. An honest call each second. */
  async "forged kids while rotating"() {
    const next = await makeKey("next");
    await serve(oldSet);
    await call(old.token);
    pass(300);
    for (let second = 0; second < 60; second += 1) {
      if (second === 20) await serve({ how: "keys", jwks: { keys: [old.jwk, next.jwk] } });
      for (let i = 0; i < 100; i += 1) {
        pass(0.01);
        await call(forged(second * 100 + i));
      }
      await honest(second < 20 ? old.token : next.token);
    }
  },
};

/** Bytes of the heap and of wasm memory that are in use once everything that can go is gone. */
function memory() {
  for (let i = 0; i < 3; i += 1) globalThis.gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

await SCENARIOS[scenario]();
// What it holds is measured as growth over a second helping of forged ids.
const before = memory();
if (scenario === "forged kids while rotating") {
  for (let i = 0; i < 20_000; i += 1) await call(forged(i + 10_000));
  result.growthFromForged = memory() - before;
}
process.send({ result: { ...result, memory: memory() } }, () => process.exit());
