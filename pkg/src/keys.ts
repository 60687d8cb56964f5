/** `strongroom/keys`: key pairs, their rotation, and signing, through WebCrypto keys that cannot be exported. */
export { generateKeyPair } from "./keys/generate.ts";
export type { GenerateOptions, PublicJwk, SigningAlgorithm, SigningKey } from "./keys/generate.ts";
export { lint } from "./keys/lint.ts";
export type { LintCode, LintFinding, LintOptions } from "./keys/lint.ts";
export type { Lifetime } from "./keys/lifetime.ts";
export { createKeyRing } from "./keys/ring.ts";
export type { KeyRing, KeyRingOptions, RingAlert, RingEntry } from "./keys/ring/types.ts";
export { memoryRingStorage } from "./keys/ring/storage.ts";
export type { KeyRingStorage, StoredRing } from "./keys/ring/storage.ts";
export { sign } from "./keys/sign.ts";
export type { SignOptions } from "./keys/sign.ts";
export { TokenError } from "./edge/errors.ts";
