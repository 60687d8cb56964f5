// What `engine: "wasm"` takes beside the plain crates in wasm: whole tokens with all checks here, bare signatures there. On Node, in
// turns; `cargo xtask bench verify` builds the crates' module and says where it is.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { readFile } from "node:fs/promises";
import { createVerifier } from "strongroom/edge";
import { middle } from "./growth.mjs";
import { AUDIENCE, ISSUER, makeCase } from "./workload.mjs";

const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64url"));

/** The crates' module; `undefined` where it was not built. */
async function crates() {
  const folder = process.env.STRONGROOM_VECTORS;
  if (!folder) return undefined;
  const glue = await import(pathToFileURL(path.join(folder, "vectors_bg.js")));
  const module = new WebAssembly.Module(await readFile(path.join(folder, "vectors_bg.wasm")));
  const { exports } = new WebAssembly.Instance(module, { "./vectors_bg.js": glue });
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start?.();
  return glue.PlainKey;
}

const KEYS = {
  ES256: (PlainKey, { x, y }) => PlainKey.p256(bytes(x), bytes(y)),
  EdDSA: (PlainKey, { x }) => PlainKey.ed25519(bytes(x)),
  RS256: (PlainKey, { n, e }) => PlainKey.rsa(bytes(n), bytes(e)),
};

/** `[{ alg, strongroom, crate, ratio }]`, in microseconds a token. */
export async function besidePlainCrates({ check = false, rounds = 5 } = {}) {
  const PlainKey = await crates();
  if (!PlainKey) return undefined;
  const rows = [];
  for (const [alg, make] of Object.entries(KEYS)) {
    const { jwks, tokens, kid } = makeCase(alg, 550, check ? 25 : 220);
    const plain = make(
      PlainKey,
      jwks.keys.find((key) => key.kid === kid),
    );
    const parts = tokens.map((token) => {
      const end = token.lastIndexOf(".");
      return [new TextEncoder().encode(token.slice(0, end)), bytes(token.slice(end + 1))];
    });
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg], keys: { jwks } };
    const verifier = createVerifier({ ...options, cache: false, engine: "wasm" });
    // The first ones build the tables.
    for (const token of tokens.slice(0, 20)) verifier.verifySync(token);
    const subjects = {
      strongroom: () => tokens.slice(20).forEach((token) => verifier.verifySync(token)),
      crate: () =>
        parts.slice(20).forEach(([message, signature]) => {
          if (!plain.verify(message, signature)) throw new Error("not valid");
        }),
    };
    const samples = { strongroom: [], crate: [] };
    // Eight rounds are not measured: V8 compiles a function anew, for speed, once it has run often enough.
    for (let round = check ? -1 : -8; round < (check ? 1 : rounds); round++) {
      for (const [name, run] of Object.entries(subjects)) {
        const start = performance.now();
        run();
        const time = ((performance.now() - start) * 1000) / (tokens.length - 20);
        if (round >= 0) samples[name].push(time);
      }
    }
    const [strongroom, crate] = [middle(samples.strongroom), middle(samples.crate)];
    rows.push({ alg, strongroom, crate, ratio: Number((strongroom.median / crate.median).toPrecision(2)) });
  }
  return rows;
}

/** Markdown. */
export function plainTable(rows) {
  const cell = ({ median, low, high }) => `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
  return [
    "## Wasm alone",
    "",
    'On Node, microseconds: whole tokens of 550 bytes with `engine: "wasm"`, and the signature alone by the plain crate in wasm, once 1,600 have been verified.',
    "",
    "| | Strongroom | plain crate | ratio |",
    "|---|---|---|---|",
    ...rows.map(
      ({ alg, strongroom, crate, ratio }) => `| ${alg} | ${cell(strongroom)} | ${cell(crate)} | ${ratio} |`,
    ),
    "",
  ];
}
