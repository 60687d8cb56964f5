/**
 * Encryption of a stored ring: each private key is wrapped by WebCrypto, so that its bytes are never in JavaScript's memory, and
 * the document as a whole is sealed, so that nobody who can write to the storage can slip in a key, or another ring's. AES-256-GCM
 * under keys derived from the configured secrets by HKDF-SHA-256, with the ring's name as associated data.
 */
import { configInvalid } from "../../edge/errors.ts";
import { base64url, fromBase64url } from "../base64url.ts";
import { PARAMETERS } from "../generate.ts";
import type { SigningAlgorithm } from "../generate.ts";
import type { RingState } from "./plan.ts";

const IV = 12;

/** Seals with the first secret and opens with any. */
export class RingSealer {
  readonly #secrets: readonly Uint8Array<ArrayBuffer>[];
  readonly #name: string;

  constructor(secrets: readonly string[], name: string) {
    this.#secrets = secrets.map(secretBytes);
    this.#name = name;
  }

  async seal(state: RingState): Promise<string> {
    const key = await derive(this.#secrets[0] as Uint8Array<ArrayBuffer>, "document");
    const iv = crypto.getRandomValues(new Uint8Array(IV));
    const text = new TextEncoder().encode(JSON.stringify(state));
    return joined(iv, await crypto.subtle.encrypt(this.#bound(iv), key, text));
  }

  /** Throws `config_invalid` if no secret opens it: a ring is never replaced because it cannot be read. */
  async open(sealed: string): Promise<RingState> {
    for (const secret of this.#secrets) {
      const text = await this.#unseal(secret, sealed).catch(() => undefined);
      if (text !== undefined) return JSON.parse(text) as RingState;
    }
    throw configInvalid("none of the secrets opens the stored key ring, or it is one of another name");
  }

  /** The key id is bound in, so that one key cannot be put in another's place. */
  async wrap(privateKey: CryptoKey, kid: string): Promise<string> {
    const key = await derive(this.#secrets[0] as Uint8Array<ArrayBuffer>, "private key");
    const iv = crypto.getRandomValues(new Uint8Array(IV));
    return joined(iv, await crypto.subtle.wrapKey("pkcs8", privateKey, key, this.#bound(iv, kid)));
  }

  /** The private key, which cannot be exported any more. */
  async unwrap(wrapped: string, kid: string, algorithm: SigningAlgorithm): Promise<CryptoKey> {
    const bytes = fromBase64url(wrapped);
    const seal = this.#bound(bytes.subarray(0, IV), kid);
    for (const secret of this.#secrets) {
      const key = await derive(secret, "private key");
      const { generate } = PARAMETERS[algorithm];
      try {
        return await crypto.subtle.unwrapKey("pkcs8", bytes.subarray(IV), key, seal, generate, false, [
          "sign",
        ]);
      } catch {
        // Not this secret's; the next one may open it.
      }
    }
    throw configInvalid("none of the secrets opens a private key of the stored key ring");
  }

  async #unseal(secret: Uint8Array<ArrayBuffer>, sealed: string): Promise<string> {
    const bytes = fromBase64url(sealed);
    const key = await derive(secret, "document");
    const text = await crypto.subtle.decrypt(this.#bound(bytes.subarray(0, IV)), key, bytes.subarray(IV));
    return new TextDecoder().decode(text);
  }

  #bound(iv: Uint8Array<ArrayBuffer>, ...more: string[]): AesGcmParams {
    const additionalData = new TextEncoder().encode(JSON.stringify([this.#name, ...more]));
    return { name: "AES-GCM", iv, additionalData };
  }
}

async function derive(secret: Uint8Array<ArrayBuffer>, purpose: string): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode(`strongroom key ring ${purpose} v1`);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  const usages: KeyUsage[] = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
  return crypto.subtle.deriveKey(algorithm, base, { name: "AES-GCM", length: 256 }, false, usages);
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = fromBase64url(secret);
  } catch {
    // Told below, without what it was.
  }
  if (!bytes || bytes.length < 32) throw configInvalid("a secret is base64url of at least 32 random bytes");
  return bytes;
}

function joined(iv: Uint8Array, sealed: ArrayBuffer): string {
  const bytes = new Uint8Array(iv.length + sealed.byteLength);
  bytes.set(iv);
  bytes.set(new Uint8Array(sealed), iv.length);
  return base64url(bytes);
}
