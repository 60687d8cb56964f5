// How long one refresh takes the session artifact, from cookie and stored text to answer and new text, MAC included.
// Needs pkg/wasm/session (cargo xtask build). Run: node bench/session.mjs
import { readFileSync } from "node:fs";
import * as glue from "../pkg/wasm/session/session_bg.js";

const bytes = readFileSync(new URL("../pkg/wasm/session/session_bg.wasm", import.meta.url));
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { "./session_bg.js": glue });
glue.__wbg_set_wasm(exports);
exports.__wbindgen_start?.();

const secret = (byte) => Buffer.alloc(32, byte).toString("base64url");
const core = new glue.SessionCore([secret(1), secret(2)], ["https://app.example.com"]);
const attempt = (byte) => Buffer.alloc(16, byte).toString("base64url");
const entropy = (byte) => new Uint8Array(32).fill(byte);
const pair = (setCookie) => setCookie.split(";")[0];

let now = 1_800_000_000_000;
let { record, setCookie } = JSON.parse(
  core.open("shard", undefined, now, 604_800, 2_592_000, now, entropy(0)),
);
let cookie = pair(setCookie);
// A session that has been refreshed for a while: its lists are full.
for (let turn = 1; turn <= 40; turn++) {
  now += 240_000;
  const decision = JSON.parse(core.decide(record, cookie, attempt(turn), now, entropy(turn)));
  if (decision.outcome !== "rotated") throw new Error(decision.outcome);
  record = decision.write;
  cookie = pair(decision.setCookie);
}
now += 240_000;

/** Microseconds of the best of several rounds: what disturbs a round only ever makes it slower. */
function best(work) {
  const times = 50;
  let least = Infinity;
  for (let round = 0; round < 2_000; round++) {
    const started = process.hrtime.bigint();
    for (let turn = 0; turn < times; turn++) work();
    least = Math.min(least, Number(process.hrtime.bigint() - started) / times / 1_000);
  }
  return least;
}

const last = [attempt(200), entropy(200)];
const rows = {
  "authenticate a cookie (MAC)": best(() => core.locate(cookie)),
  "one decision, text to text, with MAC": best(() => core.decide(record, cookie, last[0], now, last[1])),
  "the same, and its JSON parsed": best(() => JSON.parse(core.decide(record, cookie, last[0], now, last[1]))),
};
for (const [name, micros] of Object.entries(rows)) console.log(`${name.padEnd(40)} ${micros.toFixed(2)} µs`);
