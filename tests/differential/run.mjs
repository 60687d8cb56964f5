// Mutated tokens to Strongroom and jose under one policy: nothing is accepted that jose refuses, what both accept reads the
// same, and every further refusal has a rule in docs/strictness.md.
// Run: node tests/differential/run.mjs [--seconds N | --tokens N] [--seed N]
import { isDeepStrictEqual, parseArgs } from "node:util";
import { createLocalJWKSet, jwtVerify } from "jose";
import { createVerifier } from "strongroom/edge";
import { NOW, audience, dice, issuer, jwkOf, makeToken, secret, signers } from "./mutate.mjs";
import { explain } from "./rules.mjs";

/** Of the algorithms that mutate.mjs signs with, those that the built package verifies. */
const known = ["ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA", "HS256"].filter((alg) => {
  const keys = { jwksUrl: "https://issuer.example/jwks" };
  try {
    createVerifier({ issuer, audience, algorithms: [alg], keys }).verifySync("");
  } catch (error) {
    return error.code !== "config_invalid";
  }
});
const all = signers(known);
const jwks = { keys: all.filter(({ pair }) => pair).map(jwkOf) };
const isHmac = (token) => /^eyJhbGciOiJIUz/.test(token) && known.includes("HS256");
const base = { issuer, audience, now: () => NOW };
const asymmetric = known.filter((alg) => alg !== "HS256");
const ours = createVerifier({ ...base, algorithms: asymmetric, keys: { jwks } });
const oursHmac = known.includes("HS256")
  ? createVerifier({ ...base, algorithms: ["HS256"], keys: { secrets: [{ kid: "HS256", secret }] } })
  : ours;
const theirKeys = createLocalJWKSet(jwks);
const theirs = { issuer, audience, currentDate: new Date(NOW * 1000), clockTolerance: 5 };

async function attempt(verify) {
  try {
    return { claims: await verify() };
  } catch (error) {
    return { error };
  }
}

/** Compares one token: gives what became of it, or throws for what must not be. */
async function compare(token) {
  const hmac = isHmac(token);
  const mine = await attempt(() => ({ ...(hmac ? oursHmac : ours).verifySync(token).claims }));
  const other = await attempt(async () => {
    const algorithms = hmac ? ["HS256"] : asymmetric;
    return (await jwtVerify(token, hmac ? secret : theirKeys, { ...theirs, algorithms })).payload;
  });
  if (mine.claims && !other.claims) throw new Error(`accepted, and jose refuses it: ${other.error.code}`);
  if (mine.claims) {
    const alike = isDeepStrictEqual(
      JSON.parse(JSON.stringify(mine.claims)),
      JSON.parse(JSON.stringify(other.claims)),
    );
    if (!alike) throw new Error("both accept it and read it differently");
    return "accepted by both";
  }
  if (mine.error.name !== "TokenError") throw mine.error;
  if (!other.claims) return "refused by both";
  const rule = explain(mine.error);
  if (rule) return rule;
  throw new Error(`no rule explains the refusal ${mine.error.code} ${mine.error.reason} ${mine.error.claim}`);
}

/** Runs until time or tokens are used up: how often each outcome came. */
export async function run({ seconds = Infinity, tokens = Infinity, seed = 1, progress = () => {} }) {
  const d = dice(seed);
  const until = performance.now() + seconds * 1000;
  const counts = new Map();
  let made = 0;
  for (let shown = performance.now(); made < tokens && performance.now() < until; made += 1) {
    const token = makeToken(d, all);
    let outcome;
    try {
      outcome = await compare(token);
    } catch (error) {
      throw new Error(`seed ${seed}, token ${made}: ${error.message}\n${token}`, { cause: error });
    }
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (performance.now() - shown > 10_000) {
      shown = performance.now();
      progress(made);
    }
  }
  return { made, algorithms: known, counts: new Map([...counts].sort((a, b) => b[1] - a[1])) };
}

if (process.argv[1] === import.meta.filename) {
  const option = { type: "string" };
  const { values } = parseArgs({ options: { seconds: option, tokens: option, seed: option } });
  const seconds = Number(values.seconds ?? (values.tokens ? Infinity : 60));
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const progress = (made) => console.log(`  ${made} tokens`);
  const { made, algorithms, counts } = await run({
    seconds,
    tokens: Number(values.tokens ?? Infinity),
    seed,
    progress,
  });
  console.log(
    `${made} mutated tokens (seed ${seed}; ${algorithms.join(" ")}), none accepted that jose refuses`,
  );
  for (const [outcome, count] of counts) console.log(`${String(count).padStart(9)}  ${outcome}`);
}
