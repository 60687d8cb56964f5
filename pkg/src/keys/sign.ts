/** Signs tokens. One without an expiry cannot be signed. */
import { configInvalid } from "../edge/errors.ts";
import { base64url } from "./base64url.ts";
import { PARAMETERS } from "./generate.ts";
import type { SigningKey } from "./generate.ts";
import { secondsOf } from "./lifetime.ts";
import type { Lifetime } from "./lifetime.ts";
import { lint } from "./lint.ts";
import type { LintFinding, LintOptions } from "./lint.ts";
import type { KeyRing } from "./ring/types.ts";

/** What every signed token says. */
export interface SignOptions {
  readonly issuer: string;
  readonly audience: string | readonly string[];
  /** Default: `access`, or the ring's longest if that is shorter. */
  readonly lifetime?: Lifetime;
  /** The header's `typ`: default `JWT`; `at+jwt` for access tokens of RFC 9068. */
  readonly type?: string;
  /** What claims may hold; see `lint`. */
  readonly lint?: LintOptions;
  /** Told what looks unwise and is signed all the same. */
  readonly onWarning?: (finding: LintFinding) => void;
  /** The clock, in seconds since the epoch. Default: the ring's, else the system's. */
  readonly now?: () => number;
}

/**
 * Signs a token. `iss`, `aud`, `iat`, `exp` and `jti` come from the options, the clock and the random source; claims of those
 * names are refused, and so are secrets and the like: anyone who holds the token reads them. With a ring, the key that signs
 * just now does.
 *
 * ```ts
 * import { generateKeyPair, sign } from "strongroom/keys";
 * const key = await generateKeyPair("ES256");
 * const token = await sign(key, { sub: "user-1" }, { issuer: "https://issuer.example", audience: "https://api.example" });
 * ```
 */
export async function sign(
  key: SigningKey | KeyRing,
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
  return signAsIs(key, claims, options);
}

/** The same for claims that have been looked over. */
export async function signAsIs(
  key: SigningKey | KeyRing,
  claims: Readonly<Record<string, unknown>>,
  options: Omit<SignOptions, "lint" | "onWarning">,
): Promise<string> {
  if (!options.issuer || options.audience.length === 0)
    throw configInvalid("sign needs an issuer and an audience");
  const ring = "signingKey" in key ? key : undefined;
  const longest = ring?.tokenLifetime ?? Infinity;
  const seconds =
    options.lifetime === undefined ? Math.min(secondsOf("access"), longest) : secondsOf(options.lifetime);
  if (seconds > longest) throw configInvalid("lifetime must not be longer than the ring's tokenLifetime");
  const { algorithm, kid, privateKey } = "signingKey" in key ? await key.signingKey() : key;
  const clock = options.now ?? (ring ? () => ring.now() : () => Date.now() / 1000);
  const now = Math.floor(clock());
  if (!Number.isFinite(now)) throw configInvalid("now must return the seconds since the epoch");
  const jti = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const header = { alg: algorithm, typ: options.type ?? "JWT", kid };
  const dates = { iat: now, exp: now + seconds, jti };
  const payload = { ...claims, iss: options.issuer, aud: options.audience, ...dates };
  const signed = `${segment(header)}.${segment(payload)}`;
  const bytes = new TextEncoder().encode(signed);
  const signature = await crypto.subtle.sign(PARAMETERS[algorithm].sign, privateKey, bytes);
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

function segment(value: unknown): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)));
}
