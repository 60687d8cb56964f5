/** Generates signing keys. */
import { configInvalid } from "../edge/errors.ts";
import { base64url } from "./base64url.ts";

/** Algorithms that can be signed with. */
export type SigningAlgorithm = keyof typeof PARAMETERS;

/** A public key to publish in a JWKS. */
export type PublicJwk = Readonly<Record<string, string>> & {
  readonly kty: string;
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: "sig";
};

/** A key that signs, and what its verifiers need. */
export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  /** The JWK thumbprint (RFC 7638), unless another was asked for. */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: PublicJwk;
}

/** How a key is made. */
export interface GenerateOptions {
  /** Default: the JWK thumbprint. */
  readonly kid?: string;
  /** Whether the private key may leave WebCrypto: default false. */
  readonly extractable?: boolean;
}

const ec = (namedCurve: string, hash: string) => ({
  generate: { name: "ECDSA", namedCurve },
  sign: { name: "ECDSA", hash },
});

const rsa = (name: string, bits: number, saltLength?: number) => ({
  generate: { name, hash: `SHA-${bits}`, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  sign: saltLength === undefined ? { name } : { name, saltLength },
});

/** WebCrypto's words for each algorithm. */
export const PARAMETERS = {
  ES256: ec("P-256", "SHA-256"),
  ES384: ec("P-384", "SHA-384"),
  ES512: ec("P-521", "SHA-512"),
  EdDSA: { generate: { name: "Ed25519" }, sign: { name: "Ed25519" } },
  Ed25519: { generate: { name: "Ed25519" }, sign: { name: "Ed25519" } },
  RS256: rsa("RSASSA-PKCS1-v1_5", 256),
  RS384: rsa("RSASSA-PKCS1-v1_5", 384),
  RS512: rsa("RSASSA-PKCS1-v1_5", 512),
  PS256: rsa("RSA-PSS", 256, 32),
  PS384: rsa("RSA-PSS", 384, 48),
  PS512: rsa("RSA-PSS", 512, 64),
} as const;

/** Whether it is one that can be signed with. */
export function isSigningAlgorithm(name: unknown): name is SigningAlgorithm {
  return typeof name === "string" && Object.hasOwn(PARAMETERS, name);
}

/** The members that a thumbprint covers, in its order (RFC 7638 §3.2). */
const THUMBPRINT_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ["crv", "kty", "x", "y"],
  OKP: ["crv", "kty", "x"],
  RSA: ["e", "kty", "n"],
};

/**
 * Generates a key pair. The private key is a `CryptoKey` that cannot be exported.
 *
 * ```ts
 * import { generateKeyPair } from "strongroom/keys";
 * const key = await generateKeyPair("ES256");
 * console.log(JSON.stringify({ keys: [key.publicJwk] }));
 * ```
 */
export async function generateKeyPair(
  algorithm: SigningAlgorithm,
  options: GenerateOptions = {},
): Promise<SigningKey> {
  if (!isSigningAlgorithm(algorithm)) throw configInvalid("generateKeyPair does not know this algorithm");
  const pair = await makePair(PARAMETERS[algorithm].generate, options.extractable ?? false);
  const exported = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as Record<string, string>;
  const members = THUMBPRINT_MEMBERS[exported["kty"] ?? ""] ?? [];
  const required = Object.fromEntries(members.map((member) => [member, exported[member] ?? ""]));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(required)));
  const kid = options.kid ?? base64url(new Uint8Array(digest));
  const publicJwk = { ...required, kid, alg: algorithm, use: "sig" } as unknown as PublicJwk;
  return { algorithm, kid, privateKey: pair.privateKey, publicJwk };
}

/** Enough for an engine that fails once in a hundred; one that cannot do it at all is still told at once. */
const ATTEMPTS = 8;

/**
 * WebKitGTK fails to make about one Ed25519 key in 110, those whose bytes begin with a zero, with an `OperationError`. Other keys are as
 * good: it is asked for another.
 */
async function makePair(parameters: AlgorithmIdentifier, extractable: boolean): Promise<CryptoKeyPair> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await crypto.subtle.generateKey(parameters, extractable, ["sign", "verify"])) as CryptoKeyPair;
    } catch (error) {
      if (attempt === ATTEMPTS || (error as Error | undefined)?.name !== "OperationError") throw error;
    }
  }
}
