/** Signs tokens. One without an expiry cannot be signed. */
import { configInvalid } from "../edge/errors.ts";
import { base64url } from "./base64url.ts";
import { PARAMETERS } from "./generate.ts";
import type { SigningKey } from "./generate.ts";
import { lint } from "./lint.ts";
import type { LintFinding, LintOptions } from "./lint.ts";

/** How long a token lives, by what it is for, in seconds. */
const LIFETIMES = {
  access: 10 * 60,
  passwordReset: 30 * 60,
  emailLink: 24 * 60 * 60,
} as const;

/** Seconds, or what the token is for: `access` 10 min, `passwordReset` 30 min, `emailLink` 24 h. */
export type Lifetime = number | keyof typeof LIFETIMES;

/** What every signed token says. */
export interface SignOptions {
  readonly issuer: string;
  readonly audience: string | readonly string[];
  /** Default: `access`. */
  readonly lifetime?: Lifetime;
  /** The header's `typ`: default `JWT`; `at+jwt` for access tokens of RFC 9068. */
  readonly type?: string;
  /** What claims may hold; see `lint`. */
  readonly lint?: LintOptions;
  /** Told what looks unwise and is signed all the same. */
  readonly onWarning?: (finding: LintFinding) => void;
  /** The clock, in seconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Signs a token. `iss`, `aud`, `iat`, `exp` and `jti` come from the options, the clock and the random source; claims of those
 * names are refused, and so are secrets and the like: anyone who holds the token reads them.
 *
 * ```ts
 * import { generateKeyPair, sign } from "strongroom/keys";
 * const key = await generateKeyPair("ES256");
 * const token = await sign(key, { sub: "user-1" }, { issuer: "https://issuer.example", audience: "https://api.example" });
 * ```
 */
export async function sign(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>>,
  options: SignOptions,
): Promise<string> {
  for (const name of ["iss", "aud", "iat", "exp", "jti"]) {
    if (name in claims) throw configInvalid(`the claim ${name} comes from the options`);
  }
  for (const finding of lint(claims, options.lint)) {
    if (finding.severity === "error") throw configInvalid(finding.message);
    options.onWarning?.(finding);
  }
  if (!options.issuer || options.audience.length === 0)
    throw configInvalid("sign needs an issuer and an audience");
  const { lifetime = "access" } = options;
  const seconds = typeof lifetime === "number" ? lifetime : LIFETIMES[lifetime];
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw configInvalid("lifetime must be positive seconds or a known name");
  const now = Math.floor(options.now ? options.now() : Date.now() / 1000);
  const jti = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const header = { alg: key.algorithm, typ: options.type ?? "JWT", kid: key.kid };
  const dates = { iat: now, exp: now + Math.ceil(seconds), jti };
  const payload = { ...claims, iss: options.issuer, aud: options.audience, ...dates };
  const signed = `${segment(header)}.${segment(payload)}`;
  const bytes = new TextEncoder().encode(signed);
  const signature = await crypto.subtle.sign(PARAMETERS[key.algorithm].sign, key.privateKey, bytes);
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

function segment(value: unknown): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)));
}
