/** The public types of `strongroom/edge`. */
import type { KeyCache } from "./key-caches.ts";
import type { TokenErrorCode } from "./errors.ts";

/** JWS algorithms that a verifier can allow (RFC 7518 §3.1, RFC 8037, RFC 8812, RFC 9864, FIPS 204). */
export type Algorithm =
  | "ES256"
  | "ES384"
  | "ES512"
  | "ES256K"
  | "EdDSA"
  | "Ed25519"
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "HS256"
  | "HS384"
  | "HS512"
  | "ML-DSA-44"
  | "ML-DSA-65"
  | "ML-DSA-87";

/** A JSON Web Key (RFC 7517). Members that are not listed are kept and ignored. */
export interface Jwk {
  readonly kty: string;
  readonly kid?: string;
  readonly alg?: string;
  readonly use?: string;
  readonly key_ops?: readonly string[];
  readonly [member: string]: unknown;
}

/** A JSON Web Key Set (RFC 7517 §5). */
export interface Jwks {
  readonly keys: readonly Jwk[];
}

/** Where an issuer's keys come from. */
export type KeySource =
  /** A JWKS document, fetched over https and held in memory; besides, in caches that isolates share. */
  | { readonly jwksUrl: string; readonly cache?: KeyCache | readonly KeyCache[] }
  /** What the issuer's metadata names (OpenID Connect Discovery, RFC 8414); the issuer must be a URL. */
  | { readonly discover: true; readonly cache?: KeyCache | readonly KeyCache[] }
  /** A JWKS held already. */
  | { readonly jwks: Jwks }
  /** Secrets shared with the issuer, for the HS algorithms. */
  | { readonly secrets: readonly HmacSecret[] };

/** A secret for HMAC: at least 32 random bytes, and at least as long as the algorithm's hash. */
export interface HmacSecret {
  /** The key id that tokens name; give one to each to rotate them. */
  readonly kid?: string;
  /** The bytes, or a text that stands for its UTF-8 bytes. A public key in any form is refused. */
  readonly secret: Uint8Array | string;
  /** The only algorithm it is for. */
  readonly algorithm?: "HS256" | "HS384" | "HS512";
}

/**
 * A rule that a known issuer breaks, to be waived for that issuer alone. `padded_base64`: its tokens' segments end in `=` up to
 * a multiple of four characters (AWS load balancers). `audience_in_client_id`: its tokens without `aud` name the audience in
 * `client_id` (access tokens of Amazon Cognito).
 */
export type Quirk = "padded_base64" | "audience_in_client_id";

/** What a verifier demands of every token. */
export interface VerifierOptions {
  /** The only accepted `iss`, compared exactly. */
  readonly issuer: string;
  /** Accepted audiences; a token must name at least one of them. */
  readonly audience: string | readonly string[];
  /** The algorithms that are allowed. The token's header never adds to them. */
  readonly algorithms: readonly Algorithm[];
  /** The issuer's keys. */
  readonly keys: KeySource;
  /** Seconds by which clocks may differ: default 5, at most 300. */
  readonly clockTolerance?: number;
  /** Refuse tokens issued longer ago than this many seconds. Makes `iat` required. */
  readonly maxTokenAge?: number;
  /** The accepted `typ`, compared without case and without an `application/` prefix, for example `at+jwt`. */
  readonly type?: string;
  /** `rfc9068`: an access token with `typ` `at+jwt` and the claims `sub`, `client_id`, `iat` and `jti`. */
  readonly profile?: "rfc9068";
  /** Claims that must be present besides `iss`, `aud` and `exp`. */
  readonly requiredClaims?: readonly string[];
  /** Scopes that the `scope` (or `scp`) claim must all hold; a token without them is answered with 403. */
  readonly requiredScopes?: readonly string[];
  /** The only accepted key ids. */
  readonly kids?: readonly string[];
  /** The largest accepted token in characters: default 16384. */
  readonly maxTokenSize?: number;
  /** Rules that this issuer is known to break. Everything else stays as strict. */
  readonly quirks?: readonly Quirk[];
  /** The most keys that the issuer's key set may hold: default 100. */
  readonly maxKeys?: number;
  /**
   * Verified tokens are remembered, at most `max` of them: default 1000. A token that comes again is compared as a whole and checked
   * again for the time and its key, and costs about a microsecond. `false` turns it off.
   */
  readonly cache?: { readonly max: number } | false;
  /**
   * Who checks signatures. `auto`: whatever was measured to be fastest on this runtime; `native`: the runtime's own cryptography
   * wherever it has the algorithm; `wasm`: the core itself. All accept and refuse the same.
   */
  readonly engine?: "auto" | "native" | "wasm";
  /** Keeps a background key refresh alive after the response: `ctx.waitUntil` where the runtime has one. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /** Replaces the global `fetch` for the keys, for example by a service binding. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** The clock, in seconds since the epoch. */
  readonly now?: () => number;
}

/** Several issuers, none of whose keys vouches for another. */
export interface IssuersOptions {
  readonly issuers: readonly VerifierOptions[];
}

/** What bears a token: a `Request`, or the request of Node's `http` and of Express. */
export type TokenBearer =
  | Request
  | {
      readonly headers: { readonly authorization?: string | undefined };
      /** Shows several `Authorization` headers, of which Node keeps the first. */
      readonly rawHeaders?: readonly string[];
    };

/** A JOSE header that was checked. */
export interface Header {
  readonly alg: Algorithm;
  readonly kid?: string;
  readonly typ?: string;
  readonly [parameter: string]: unknown;
}

/** Claims that were checked (RFC 7519 §4.1). */
export interface Claims {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly sub?: string;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly scope?: string;
  readonly [claim: string]: unknown;
}

/** A token that passed every check. */
export interface Verified {
  readonly header: Header;
  readonly claims: Claims;
}

/** A token that was taken apart and not checked. */
export interface Decoded {
  readonly header: { readonly [parameter: string]: unknown };
  readonly payload: { readonly [claim: string]: unknown };
}

/** One thing that is wrong with a token. */
export interface Problem {
  readonly code: TokenErrorCode;
  readonly message: string;
  readonly claim?: string | undefined;
  readonly reason?: string | undefined;
}

/** What {@link inspect} found. */
export interface Inspection {
  /** Whether a verifier was given and accepts the token. */
  readonly valid: boolean;
  readonly header: Decoded["header"] | undefined;
  readonly payload: Decoded["payload"] | undefined;
  /** Whether `exp` has passed; `undefined` without a usable `exp`. */
  readonly expired: boolean | undefined;
  readonly problems: readonly Problem[];
}

/** Verifies tokens. Made once, at module scope, and used by every request. */
export interface Verifier {
  /**
   * Starts fetching the keys, if they are not held, and resolves once they are. Reading it is optional: `verify` does the
   * same when it needs to. Do not read it at module scope in a Worker, where no request may be made.
   */
  readonly ready: Promise<void>;
  /** Verifies a token, or the bearer token of a request. Rejects with a `TokenError`. */
  verify(tokenOrRequest: string | TokenBearer): Promise<Verified>;
  /** Verifies without waiting. Throws `async_required` where keys would have to be fetched first. */
  verifySync(token: string): Verified;
}
