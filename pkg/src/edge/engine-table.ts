/**
 * Which engine checks which signatures fastest on each runtime, for `engine: "auto"`. The measurements are those of `cargo xtask bench verify`,
 * kept in bench/results/verify.md: change a row only together with them.
 */
import type { Algorithm } from "./types.ts";

/** Who checks a signature: `node:crypto` at once, WebCrypto by a promise, or wasm. */
export type EngineName = "node" | "web" | "wasm";

/** Runtimes that differ. */
export type RuntimeName = "node" | "bun" | "deno" | "workerd" | "other";

type Row = Partial<Record<Algorithm, EngineName>> & {
  readonly otherwise: EngineName;
  /** What wasm verifies faster, which is worth its start and its tables once tokens are many: after the first {@link FEW} of a key. */
  readonly later?: readonly Algorithm[];
};

/** Tokens of a key for which nothing is made ready. */
export const FEW = 32;

/** Keys for which wasm keeps tables; without one it is slower than what the runtime brings along. */
export const TABLES = 8;

/**
 * Secrets are not here: HMAC stays in the core, whose comparison takes the same time wherever two tags differ. So do algorithms that
 * a runtime does not know, and keys that it cannot import.
 */
export const TABLE: Readonly<Record<RuntimeName, Row>> = {
  // node:crypto is synchronous: no thread pool is waited for. Its Ed25519 takes twice as long as the tables in wasm.
  node: { EdDSA: "wasm", Ed25519: "wasm", otherwise: "node" },
  bun: { EdDSA: "wasm", Ed25519: "wasm", otherwise: "node" },
  // Its P-256 is slow by either road, about 500 µs; tables in wasm take a quarter of that. Its RSA takes a tenth more than wasm.
  deno: { ES256: "wasm", RS256: "wasm", PS256: "wasm", otherwise: "node" },
  // node:crypto would be as fast as WebCrypto, but it takes ten milliseconds to load.
  workerd: { EdDSA: "wasm", Ed25519: "wasm", otherwise: "web" },
  // Pages above all, of which most have few tokens to verify: the second module and its tables would be made for them alone.
  other: { otherwise: "web", later: ["ES256", "EdDSA", "Ed25519"] },
};
