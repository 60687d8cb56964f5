// How a verification's cost grows: with the issuer's keys, with the tokens that are remembered, with the token's size. On Node, all
// points in turns, round after round.
import * as jose from "jose";
import { createVerifier } from "strongroom/edge";
import { AUDIENCE, ISSUER, makeCase } from "./workload.mjs";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Strings that were never seen: nothing about them is remembered by the engine. */
const fresh = (tokens) => tokens.map((token) => decoder.decode(encoder.encode(token)));

const PLAN = {
  full: {
    keys: [1, 10, 1000],
    tokens: [100, 1000, 10_000, 100_000],
    sizes: [512, 1024, 2048, 4096, 8192, 16_000],
  },
  check: { keys: [1, 10], tokens: [10, 100], sizes: [512, 16_000] },
};

const options = ({ alg, jwks, secret, kid }) => ({
  ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: [alg], maxKeys: 1000, maxTokenSize: 32_768 },
  keys: secret ? { secrets: [{ kid, secret: Buffer.from(secret, "base64url") }] } : { jwks },
});

/** Microseconds a token. */
function time(verify, tokens) {
  const start = performance.now();
  for (const token of tokens) verify(token);
  return ((performance.now() - start) * 1000) / tokens.length;
}

/** Each line: what is verified, and how; each gives a sample of its own for one point. */
const cold = ({ given, tokens }) => {
  const verifier = createVerifier({ ...options(given), cache: false });
  verifier.verifySync(tokens[0]);
  return time((token) => verifier.verifySync(token), fresh(tokens.slice(0, 200)));
};
const warm = ({ given, tokens }) => {
  const verifier = createVerifier({ ...options(given), cache: { max: tokens.length } });
  for (const token of tokens) verifier.verifySync(token);
  const again = fresh(tokens);
  // Few tokens several times: short times are lost in the clock.
  const turns = Math.max(1, Math.floor(2000 / tokens.length));
  const strings = Array.from({ length: turns }, () => fresh(again)).flat();
  return time((token) => verifier.verifySync(token), strings);
};
const first = ({ given, tokens }) => {
  const verifier = createVerifier({ ...options(given), cache: false });
  return time((token) => verifier.verifySync(token), tokens.slice(0, 1));
};
const peer = async ({ given, tokens }) => {
  const key = given.secret ? Buffer.from(given.secret, "base64url") : jose.createLocalJWKSet(given.jwks);
  const checks = { issuer: ISSUER, audience: AUDIENCE, algorithms: [given.alg] };
  const strings = fresh(tokens.slice(0, 100));
  await jose.jwtVerify(tokens[0], key, checks);
  const start = performance.now();
  for (const token of strings) await jose.jwtVerify(token, key, checks);
  return ((performance.now() - start) * 1000) / strings.length;
};

/** `{ title, unit, lines: { name: [{ at, median, low, high }] } }` for each of the three. */
export async function growth({ check = false, rounds = 7 } = {}) {
  const { keys, tokens, sizes } = check ? PLAN.check : PLAN.full;
  const count = check ? 10 : 200;
  const of = (alg, size, count, keys) => {
    const given = makeCase(alg, size, count, keys);
    return { given, tokens: given.tokens };
  };
  const panels = [
    {
      title: "keys in the set (ES256)",
      points: keys.map((at) => ({ at, ...of("ES256", 550, count, at) })),
      lines: { cold, warm, "first token of a new verifier": first, "jose, cold": peer },
    },
    {
      title: "tokens remembered (HS256)",
      points: tokens.map((at) => ({ at, ...of("HS256", 550, at) })),
      lines: { cold, warm, "jose, cold": peer },
    },
    {
      title: "bytes of a token (ES256)",
      points: sizes
        .map((size) => ({ ...of("ES256", size, count) }))
        .map((point) => ({ ...point, at: point.given.length })),
      lines: { cold, warm, "jose, cold": peer },
    },
  ];
  const samples = new Map();
  for (let round = -1; round < (check ? 1 : rounds); round++) {
    for (const { title, points, lines } of panels) {
      for (const [name, run] of Object.entries(lines)) {
        for (const point of points) {
          const id = `${title} ${name} ${point.at}`;
          const sample = await run(point);
          // The first round warms up.
          if (round >= 0) samples.set(id, [...(samples.get(id) ?? []), sample]);
        }
      }
    }
  }
  return panels.map(({ title, points, lines }) => ({
    title,
    lines: Object.fromEntries(
      Object.keys(lines).map((name) => [
        name,
        points.map(({ at }) => ({ at, ...middle(samples.get(`${title} ${name} ${at}`)) })),
      ]),
    ),
  }));
}

/** Median, and the middle half as the spread. */
export function middle(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share) => Number(sorted[Math.round(share * (sorted.length - 1))].toPrecision(4));
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}
