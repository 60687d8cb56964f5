/** A key ring: signing keys that replace one another, without any token ever meeting a verifier that does not know its key. */
import { within } from "../edge/document.ts";
import { TokenError, configInvalid } from "../edge/errors.ts";
import { generateKeyPair, isSigningAlgorithm } from "./generate.ts";
import type { PublicJwk, SigningAlgorithm, SigningKey } from "./generate.ts";
import { secondsOf } from "./lifetime.ts";
import type { Lifetime } from "./lifetime.ts";
import { due, goneAt, propagation, published, retired, rotated, signer } from "./ring/plan.ts";
import type { Change, RingKey, RingState, Timing } from "./ring/plan.ts";
import { RingSealer } from "./ring/seal.ts";
import type { KeyRingStorage } from "./ring/storage.ts";

/** How a ring is made. Times are seconds. */
export interface KeyRingOptions {
  /** Shared by all that sign and that publish the keys. */
  readonly storage: KeyRingStorage;
  /** Base64url of at least 32 random bytes each. The first seals, all of them open. */
  readonly secrets: readonly string[];
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
  /** The same as an HTTP answer with its `Cache-Control`; 503 if the storage cannot be read. */
  response(): Promise<Response>;
  /**
   * Rotates ahead of time: the successor is published now and signs once everybody knows it. `emergency`: every key there is is
   * withdrawn at once and a new one signs at once; tokens that were signed before are refused as soon as verifiers read the
   * new document.
   */
  rotate(options?: { readonly emergency?: boolean }): Promise<void>;
  /** Withdraws one key at once, with every token that it signed. */
  retire(kid: string): Promise<void>;
  /** Does what is due. `sign` and `jwks` do so too; call it on a schedule where they are rare. */
  maintain(): Promise<void>;
  /** What is in the ring. */
  keys(): Promise<readonly RingEntry[]>;
}

/**
 * Makes a ring. Nothing is read or made before it is first used. Throws `config_invalid`; its methods reject with
 * `keys_unavailable` where the storage fails for longer than what was read is good for.
 *
 * ```ts
 * import { createKeyRing, sign } from "strongroom/keys";
 * const ring = createKeyRing({ storage, secrets: [env.RING_SECRET] });
 * const token = await sign(ring, { sub: "user-1" }, { issuer: "https://issuer.example", audience: "https://api.example" });
 * // GET /.well-known/jwks.json
 * return ring.response();
 * ```
 */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  return new Ring(options);
}

/** How often a lost race is run again. */
const ATTEMPTS = 10;

/** Seconds for which one caller is trusted to be reading for all; the pause after a failure. */
const READING = 5;

/** Milliseconds after which the storage counts as down. */
const TIMEOUT = 5000;

class Ring implements KeyRing {
  readonly #storage: KeyRingStorage;
  readonly #sealer: RingSealer;
  readonly #algorithm: SigningAlgorithm;
  readonly #timing: Timing;
  readonly #clock: () => number;
  readonly #privateKeys = new Map<string, CryptoKey>();
  #held: { readonly state: RingState; readonly readAt: number } | undefined;
  #readingSince = -Infinity;

  constructor(options: KeyRingOptions) {
    const { storage, secrets, algorithm = "ES256", now } = options;
    if (typeof storage?.read !== "function" || typeof storage.write !== "function")
      throw configInvalid("createKeyRing needs a storage with read and write");
    if (!Array.isArray(secrets) || secrets.length === 0) throw configInvalid("createKeyRing needs secrets");
    if (!isSigningAlgorithm(algorithm)) throw configInvalid("createKeyRing does not know this algorithm");
    this.#storage = storage;
    this.#sealer = new RingSealer(secrets);
    this.#algorithm = algorithm;
    this.#timing = timingOf(options);
    this.#clock = now ?? (() => Date.now() / 1000);
  }

  get tokenLifetime(): number {
    return this.#timing.tokenLifetime;
  }

  now(): number {
    const now = this.#clock();
    if (!Number.isFinite(now) || now < 0) throw configInvalid("now must return the seconds since the epoch");
    return now;
  }

  async signingKey(): Promise<SigningKey> {
    const key = signer(await this.#current(), this.now());
    const { kid, alg: algorithm } = key.publicJwk;
    return { algorithm, kid, privateKey: await this.#privateKey(key), publicJwk: key.publicJwk };
  }

  async jwks(): Promise<{ readonly keys: readonly PublicJwk[] }> {
    const state = await this.#current();
    return { keys: published(state, this.now(), this.#timing).map(({ publicJwk }) => publicJwk) };
  }

  async response(): Promise<Response> {
    try {
      const body = JSON.stringify(await this.jwks());
      const headers = {
        "content-type": "application/jwk-set+json",
        "cache-control": `public, max-age=${this.#timing.maxAge}`,
        // Browsers verify too; the keys are nobody's secret.
        "access-control-allow-origin": "*",
      };
      return new Response(body, { headers });
    } catch (error) {
      if (!(error instanceof TokenError) || error.status !== 503) throw error;
      return new Response(null, {
        status: 503,
        headers: { "cache-control": "no-store", "retry-after": "5" },
      });
    }
  }

  async rotate({ emergency = false }: { readonly emergency?: boolean } = {}): Promise<void> {
    await this.#update((state, now) =>
      emergency ? { keys: [], addActiveFrom: now } : rotated(state, now, this.#timing),
    );
  }

  async retire(kid: string): Promise<void> {
    await this.#update((state, now) => retired(state, kid, now));
  }

  async maintain(): Promise<void> {
    await this.#update(() => undefined);
  }

  async keys(): Promise<readonly RingEntry[]> {
    const [state, now] = [await this.#current(), this.now()];
    const active = signer(state, now);
    return published(state, now, this.#timing).map((key) => {
      const gone = goneAt(state, key, this.#timing);
      return {
        kid: key.publicJwk.kid,
        algorithm: key.publicJwk.alg,
        state: key === active ? "active" : key.activeFrom > now ? "published" : "retiring",
        activeFrom: key.activeFrom,
        goneAt: Number.isFinite(gone) ? gone : undefined,
      };
    });
  }

  /**
   * What is stored, as far as it must be known now. No caller rests on another's reading: on workerd it may never end. What is
   * held serves until a key that it does not know of could sign.
   */
  async #current(): Promise<RingState> {
    const now = this.now();
    const held = this.#held;
    if (!held || now < held.readAt) return this.#update(() => undefined);
    const age = now - held.readAt;
    const isDue = due(held.state, now, this.#timing, this.#algorithm) !== undefined;
    if (age < this.#timing.refresh && !isDue) return held.state;
    // A key that was published since is known everywhere before it signs; until then the old one is right.
    const mayServe =
      age < propagation(this.#timing, held.state.keys.at(-1)?.maxAge ?? 0) - this.#timing.clockSkew;
    const isRead = now >= this.#readingSince && now - this.#readingSince < READING;
    if (mayServe && isRead) return held.state;
    this.#readingSince = now;
    try {
      const state = await this.#update(() => undefined);
      this.#readingSince = -Infinity;
      return state;
    } catch (error) {
      if (mayServe && error instanceof TokenError && error.status === 503) return held.state;
      throw error;
    }
  }

  /** Reads, does what is due and what was asked for, and writes; from the start again if another was faster. */
  async #update(change: (state: RingState, now: number) => Change | undefined): Promise<RingState> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      // What was read is as old as the reading's beginning.
      const now = this.now();
      const stored = await available(() => this.#storage.read());
      const state = stored && (await this.#sealer.open(stored.value));
      const wanted: Change | undefined = state
        ? (change(state, now) ?? due(state, now, this.#timing, this.#algorithm))
        : { keys: [], addActiveFrom: now };
      if (state && !wanted) return this.#hold(state, now);
      const next = await this.#made(wanted as Change, now);
      const sealed = await this.#sealer.seal(next);
      const written = await available(() => this.#storage.write(sealed, stored?.version));
      if (written) return this.#hold(next, now);
    }
    throw unavailable();
  }

  async #made({ keys, addActiveFrom }: Change, now: number): Promise<RingState> {
    if (addActiveFrom === undefined) return { keys };
    const { privateKey, publicJwk, kid } = await generateKeyPair(this.#algorithm, { extractable: true });
    const { tokenLifetime, maxAge } = this.#timing;
    const wrapped = await this.#sealer.wrap(privateKey, kid);
    const key = { publicJwk, wrapped, publishedAt: now, activeFrom: addActiveFrom, tokenLifetime, maxAge };
    return { keys: [...keys, key] };
  }

  #hold(state: RingState, readAt: number): RingState {
    this.#held = { state, readAt };
    const able = state.keys.filter(({ wrapped }) => wrapped !== undefined);
    const kids = new Set(able.map(({ publicJwk }) => publicJwk.kid));
    for (const kid of this.#privateKeys.keys()) if (!kids.has(kid)) this.#privateKeys.delete(kid);
    return state;
  }

  async #privateKey({ publicJwk: { kid, alg }, wrapped }: RingKey): Promise<CryptoKey> {
    const known = this.#privateKeys.get(kid);
    if (known) return known;
    if (wrapped === undefined) throw unavailable();
    const key = await this.#sealer.unwrap(wrapped, kid, alg);
    this.#privateKeys.set(kid, key);
    return key;
  }
}

function timingOf(options: KeyRingOptions): Timing {
  const {
    tokenLifetime = "access",
    jwksMaxAge = 300,
    rotateEvery = 30 * 86_400,
    refresh = 60,
    clockSkew = 60,
  } = options;
  const timing = {
    rotateEvery,
    tokenLifetime: secondsOf(tokenLifetime),
    maxAge: jwksMaxAge,
    refresh,
    clockSkew,
  };
  // Verifiers of this package keep a document for a minute at least.
  inRange("jwksMaxAge", jwksMaxAge, 60, 86_400);
  inRange("refresh", refresh, 1, 3600);
  inRange("clockSkew", clockSkew, 0, 300);
  const least = Math.max(2 * propagation(timing, jwksMaxAge), timing.tokenLifetime);
  inRange("rotateEvery", rotateEvery, least, Number.MAX_SAFE_INTEGER);
  return timing;
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most))
    throw configInvalid(`${name} must be from ${least} to ${most} seconds`);
}

/** A storage that fails is an outage, whatever it says about it. */
async function available<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await within(AbortSignal.timeout(TIMEOUT), work());
  } catch {
    throw unavailable();
  }
}

function unavailable(): TokenError {
  const message = "the key ring's storage cannot be used at the moment";
  return new TokenError({ code: "keys_unavailable", message, status: 503 });
}
