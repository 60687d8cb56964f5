/** Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4–2.6), verified by `strongroom/edge`. */
import type { Algorithm, Verifier, VerifierOptions } from "../edge/types.ts";
import { EndpointsError } from "./errors.ts";
import { unreachable } from "./oidc-errors.ts";
import type { LogoutNotice } from "./provider.ts";

/** `createVerifier` of `strongroom/edge`, handed in: who does not use it does not ship it. */
export type CreateVerifier = (options: VerifierOptions) => Pick<Verifier, "verify">;

/** Every algorithm of a public key that a provider may sign with; its keys decide which one it is. */
const ALGORITHMS: Algorithm[] = [
  ...(["ES256", "ES384", "ES512", "EdDSA", "Ed25519"] as const),
  ...(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const),
];
const EVENT = "http://schemas.openid.net/event/backchannel-logout";
/** Seconds after its issue at which a token is refused, whatever it says itself. */
const MOST_AGE = 300;
const TOLERANCE = 30;

/** What the verifier is built from. */
export interface LogoutTokenOptions {
  issuer: string;
  clientId: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Gives what checks logout tokens of one provider for one client. */
export function logoutTokens(
  createVerifier: CreateVerifier,
  { issuer, clientId, fetch }: LogoutTokenOptions,
) {
  const verifier = createVerifier({
    issuer,
    audience: clientId,
    algorithms: ALGORITHMS,
    keys: { discover: true },
    clockTolerance: TOLERANCE,
    maxTokenAge: MOST_AGE,
    requiredClaims: ["jti"],
    cache: false,
    ...(fetch
      ? { fetch: ({ url, headers, signal }: Request) => fetch(url, { headers, signal, redirect: "manual" }) }
      : {}),
  });
  return async (token: string): Promise<LogoutNotice> => {
    const { header, claims } = await verifier.verify(token).catch((error: unknown) => {
      throw refusal(error);
    });
    const { jti, iat, sub, sid, events } = claims;
    // Some providers leave the type away. It must not say that this is another kind of token.
    const type = header.typ?.toLowerCase().replace(/^application\//, "") ?? "jwt";
    const isOne =
      (type === "logout+jwt" || type === "jwt") &&
      isObject(events) &&
      isObject(events[EVENT]) &&
      !("nonce" in claims);
    const names = isName(sub) && isName(sid) && (sub !== undefined || sid !== undefined);
    if (!isOne || !names || !jti) throw new EndpointsError("logout_token_invalid");
    return { id: jti, issuedAt: iat as number, subject: sub, session: sid };
  };
}

function refusal(error: unknown): unknown {
  switch ((error as { code?: unknown } | undefined)?.code) {
    case "keys_unavailable":
      return unreachable();
    case undefined:
    case "config_invalid":
      return error;
    default:
      return new EndpointsError("logout_token_invalid");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === "string" && value !== "");
}
