/** `strongroom/keys`: key pairs and signing, through WebCrypto keys that cannot be exported. */
export { generateKeyPair } from "./keys/generate.ts";
export type { GenerateOptions, PublicJwk, SigningAlgorithm, SigningKey } from "./keys/generate.ts";
export { lint } from "./keys/lint.ts";
export type { LintCode, LintFinding, LintOptions } from "./keys/lint.ts";
export { sign } from "./keys/sign.ts";
export type { Lifetime, SignOptions } from "./keys/sign.ts";
export { TokenError } from "./edge/errors.ts";
