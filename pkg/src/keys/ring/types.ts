/** What a key ring is to those who use it. */
import type { PublicJwk, SigningAlgorithm, SigningKey } from "../generate.ts";
import type { Lifetime } from "../lifetime.ts";
import type { KeyRingStorage } from "./storage.ts";

/** How a ring is made. Times are seconds. */
export interface KeyRingOptions {
  /** Shared by all that sign and that publish the keys. */
  readonly storage: KeyRingStorage;
  /** Base64url of at least 32 random bytes each. The first seals, all of them open. */
  readonly secrets: readonly string[];
  /** Which of the rings that share a secret this is, of 1 to 100 characters: default `signing`. What one has stored, another does not open. */
  readonly name?: string;
  /** Default `ES256`. Another one than stored is a reason to rotate. */
  readonly algorithm?: SigningAlgorithm;
  /** The longest life of a token that is signed with the ring: default `access`, 10 min. */
  readonly tokenLifetime?: Lifetime;
  /** For how long the JWKS document may be cached: default 300, from 60 to a day. */
  readonly jwksMaxAge?: number;
  /** How often the signing key changes: default 30 days. */
  readonly rotateEvery?: number;
  /** After which an isolate reads the storage again: default 60. An emergency reaches every isolate within this. */
  readonly refresh?: number;
  /** The largest difference between any two clocks that take part: default 60. */
  readonly clockSkew?: number;
  /** The clock, in seconds since the epoch. */
  readonly now?: () => number;
  /** Told what somebody should look at, each time that it is met. What it throws is ignored. */
  readonly onAlert?: (alert: RingAlert) => void;
}

/**
 * The storage gave a value that is older than one that this isolate has read or written, or came about beside it (`found` and
 * `seen` count the changes of the ring; 0: there is no value): a backup was restored, a replica is behind, or somebody brings withdrawn keys back. The value
 * is refused; `rotate({ emergency: true })` replaces it.
 */
export interface RingAlert {
  readonly code: "rolled_back";
  readonly name: string;
  readonly seen: number;
  readonly found: number;
}

/** A key of the ring, for people. */
export interface RingEntry {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** `published`: known before it signs. `active`: signs. `retiring`: only verifies, until its last token has expired. */
  readonly state: "published" | "active" | "retiring";
  readonly activeFrom: number;
  /** When it leaves the document; `undefined` as long as no other follows it. */
  readonly goneAt: number | undefined;
}

/** Signing keys and their rotation. */
export interface KeyRing {
  /** The longest life of a token, in seconds. `sign` refuses a longer one. */
  readonly tokenLifetime: number;
  /** The ring's clock, in seconds since the epoch. */
  now(): number;
  /** The key that signs now. Use it at once: `sign(ring, …)` does. */
  signingKey(): Promise<SigningKey>;
  /** The public keys, for those who verify. */
  jwks(): Promise<{ readonly keys: readonly PublicJwk[] }>;
  /**
   * The same as an HTTP answer with its `Cache-Control`; 503 if what was read is older than `refresh` and the storage cannot
   * be read anew.
   */
  response(): Promise<Response>;
  /**
   * Rotates ahead of time: the successor is published now and signs once everybody knows it. `emergency`: every key there is is
   * withdrawn at once and a new one signs at once; tokens that were signed before are refused as soon as verifiers read the
   * new document.
   */
  rotate(options?: { readonly emergency?: boolean }): Promise<void>;
  /** Withdraws one key at once, with every token that it signed. Throws `config_invalid` where the ring has no such key. */
  retire(kid: string): Promise<void>;
  /** Does what is due. `sign` and `jwks` do so too; call it on a schedule where they are rare. */
  maintain(): Promise<void>;
  /** What is in the ring. */
  keys(): Promise<readonly RingEntry[]>;
}
