/** What every build of `strongroom/edge` exports besides the functions that need the wasm. */
export { cacheApi, kvCache } from "./key-caches.ts";
export type { KeyCache, KeyCopy, KeyValueNamespace } from "./key-caches.ts";
export { authenticate, unauthorized } from "./http.ts";
export type { ChallengeOptions } from "./http.ts";
export { honoMiddleware, nodeMiddleware, verifiedOf } from "./middleware.ts";
export type { HonoContext, NodeRequest, NodeResponse } from "./middleware.ts";
export { lint } from "../keys/lint.ts";
export type { LintCode, LintFinding, LintOptions } from "../keys/lint.ts";
export { TokenError } from "./errors.ts";
export type { TokenErrorCode } from "./errors.ts";
export type {
  Algorithm,
  Claims,
  Decoded,
  Header,
  HmacSecret,
  Inspection,
  IssuersOptions,
  Jwk,
  Jwks,
  KeySource,
  Problem,
  Quirk,
  TokenBearer,
  Verified,
  Verifier,
  VerifierOptions,
} from "./types.ts";
