/**
 * Encryption at rest: AES-256-GCM with a key per context, derived from the configured secrets by HKDF-SHA-256. The
 * context (a family, a cookie's name) is also the associated data, so that nothing sealed for one opens as another.
 */
import { fromBase64, toBase64url, utf8 } from "./encoding.ts";

/** What a sealed value is for; part of the key's derivation. */
export type Purpose = "upstream" | "transaction" | "index";

/** Seals with the newest secret and opens with any. */
export class Sealer {
  readonly #secrets: string[];
  readonly #bases = new Map<string, CryptoKey>();

  constructor(secrets: string[]) {
    this.#secrets = secrets;
  }

  async seal(purpose: Purpose, context: string, value: unknown): Promise<string> {
    const key = await this.#derive(this.#secrets[0] as string, purpose, context);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = utf8(JSON.stringify(value));
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: utf8(context) },
      key,
      text,
    );
    const bytes = new Uint8Array(iv.length + sealed.byteLength);
    bytes.set(iv);
    bytes.set(new Uint8Array(sealed), iv.length);
    return toBase64url(bytes);
  }

  /** Undefined if no secret opens it: forged, for another context, or of a secret no longer listed. */
  async open<T>(purpose: Purpose, context: string, sealed: string): Promise<T | undefined> {
    for (const secret of this.#secrets) {
      try {
        const bytes = fromBase64(sealed);
        const key = await this.#derive(secret, purpose, context);
        const algorithm = { name: "AES-GCM", iv: bytes.subarray(0, 12), additionalData: utf8(context) };
        const text = await crypto.subtle.decrypt(algorithm, key, bytes.subarray(12));
        return JSON.parse(new TextDecoder().decode(text)) as T;
      } catch {
        // Not this secret's; the next one may open it.
      }
    }
    return undefined;
  }

  async #derive(secret: string, purpose: Purpose, context: string): Promise<CryptoKey> {
    let base = this.#bases.get(secret);
    if (!base) {
      // The key is kept, not its promise: on workerd one request must not wait for another's.
      base = await crypto.subtle.importKey("raw", fromBase64(secret), "HKDF", false, ["deriveKey"]);
      this.#bases.set(secret, base);
    }
    const algorithm = {
      name: "HKDF",
      hash: "SHA-256",
      salt: utf8(context),
      info: utf8(`strongroom ${purpose} v1`),
    };
    return crypto.subtle.deriveKey(algorithm, base, { name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
  }
}
