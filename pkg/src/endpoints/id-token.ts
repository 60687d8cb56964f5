/** What OpenID Connect Core asks of an id token beside signature, issuer, audience, expiry and nonce. */
import { fromBase64, toBase64url, utf8 } from "./encoding.ts";
import { EndpointsError } from "./errors.ts";

/** Seconds by which the provider's clock may differ, and for which its answer may have been on its way. */
const MOST_AGE = 600;

/** Checks `at_hash` and `azp` where they are there, and that the token was made just now (§3.1.3.6, §3.1.3.7 rules 5 and 10). */
export async function checkIdToken(
  answer: { id_token?: string; access_token: string },
  claims: { iat: number; at_hash?: unknown; azp?: unknown },
  clientId: string,
): Promise<void> {
  const isRecent = Math.abs(Date.now() / 1000 - claims.iat) <= MOST_AGE;
  const matches =
    claims.at_hash === undefined ||
    claims.at_hash === (await hashOf(answer.access_token, answer.id_token ?? ""));
  const isOurs = claims.azp === undefined || claims.azp === clientId;
  if (!isRecent || !matches || !isOurs) throw new EndpointsError("id_token_invalid");
}

/** The left half of the hash that belongs to the id token's algorithm. */
async function hashOf(accessToken: string, idToken: string): Promise<string> {
  const header = JSON.parse(new TextDecoder().decode(fromBase64(idToken.split(".")[0] ?? ""))) as {
    alg: string;
  };
  const size = /^Ed/.test(header.alg) ? "512" : header.alg.slice(-3);
  const digest = await crypto.subtle.digest(`SHA-${size}`, utf8(accessToken));
  return toBase64url(new Uint8Array(digest, 0, digest.byteLength / 2));
}
