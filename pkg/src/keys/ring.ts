/** A key ring: signing keys that replace one another, without any token ever meeting a verifier that does not know its key. */
import { within } from "../edge/document.ts";
import { TokenError, configInvalid } from "../edge/errors.ts";
import { generateKeyPair, isSigningAlgorithm } from "./generate.ts";
import type { PublicJwk, SigningAlgorithm, SigningKey } from "./generate.ts";
import { secondsOf } from "./lifetime.ts";
import {
  LONGEST_READING,
  due,
  goneAt,
  propagation,
  published,
  retired,
  rotated,
  signer,
} from "./ring/plan.ts";
import type { Change, RingKey, RingState, Timing } from "./ring/plan.ts";
import { RingSealer } from "./ring/seal.ts";
import type { KeyRingStorage } from "./ring/storage.ts";
import type { KeyRing, KeyRingOptions, RingEntry } from "./ring/types.ts";

/**
 * Makes a ring. Nothing is read or made before it is first used. Throws `config_invalid`; its methods reject with
 * `keys_unavailable` where the storage fails for longer than what was read is good for, with the reason `rolled_back` where it
 * gives an older value than before.
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

/** What was read or written last, and when that began. */
interface Held {
  readonly state: RingState;
  /** As it is stored: no two writes store the same. */
  readonly sealed: string;
  readonly readAt: number;
}

class Ring implements KeyRing {
  readonly #storage: KeyRingStorage;
  readonly #sealer: RingSealer;
  readonly #name: string;
  readonly #algorithm: SigningAlgorithm;
  readonly #timing: Timing;
  readonly #clock: () => number;
  readonly #privateKeys = new Map<string, CryptoKey>();
  readonly #onAlert: KeyRingOptions["onAlert"];
  #held: Held | undefined;
  #readingSince = -Infinity;

  constructor(options: KeyRingOptions) {
    const { storage, secrets, algorithm = "ES256", name = "signing", now, onAlert } = options;
    if (typeof storage?.read !== "function" || typeof storage.write !== "function")
      throw configInvalid("createKeyRing needs a storage with read and write");
    if (!Array.isArray(secrets) || secrets.length === 0) throw configInvalid("createKeyRing needs secrets");
    if (!isSigningAlgorithm(algorithm)) throw configInvalid("createKeyRing does not know this algorithm");
    if (typeof name !== "string" || name === "" || name.length > 100)
      throw configInvalid("the name of a key ring has 1 to 100 characters");
    this.#storage = storage;
    this.#sealer = new RingSealer(secrets, name);
    this.#name = name;
    this.#onAlert = onAlert;
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
    const state = await this.#recent();
    return { keys: published(state, this.now(), this.#timing).map(({ publicJwk }) => publicJwk) };
  }

  async response(): Promise<Response> {
    try {
      const body = JSON.stringify(await this.jwks());
      const headers = {
        "content-type": "application/jwk-set+json",
        // A cache that went on with an old document would miss a key that signs.
        "cache-control": `public, max-age=${this.#timing.maxAge}, must-revalidate`,
        // Browsers verify too; the keys are nobody's secret.
        "access-control-allow-origin": "*",
      };
      return new Response(body, { headers });
    } catch (error) {
      if (!isOutage(error)) throw error;
      return new Response(null, {
        status: 503,
        headers: { "cache-control": "no-store", "retry-after": "5" },
      });
    }
  }

  async rotate({ emergency = false }: { readonly emergency?: boolean } = {}): Promise<void> {
    await this.#update((state, now) => {
      return emergency ? { keys: [], addActiveFrom: now } : rotated(state, now, this.#timing);
    }, emergency);
  }

  async retire(kid: string): Promise<void> {
    await this.#update((state, now) => {
      if (!state.keys.some(({ publicJwk }) => publicJwk.kid === kid))
        throw configInvalid("retire: the ring has no key of this kid");
      return retired(state, kid, now);
    });
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
   * What is stored, as far as it must be known to sign now. No caller rests on another's reading: on workerd it may never end.
   * What is held serves until a key that it does not know of could sign.
   */
  async #current(): Promise<RingState> {
    const now = this.now();
    const held = this.#held;
    if (!held || now < held.readAt) return this.#update(() => undefined);
    if (this.#isRecent(held, now) && !this.#isDue(held.state, now)) return held.state;
    // A key that was published since is known everywhere before it signs; until then the old one is right. One caller is trusted
    // to be reading for all.
    const ahead = propagation(this.#timing, held.state.keys.at(-1)?.maxAge ?? 0);
    const mayServe = now - held.readAt < ahead - this.#timing.clockSkew;
    const isRead = now >= this.#readingSince && now - this.#readingSince < LONGEST_READING;
    if (mayServe && isRead) return held.state;
    this.#readingSince = now;
    try {
      const state = await this.#update(() => undefined);
      this.#readingSince = -Infinity;
      return state;
    } catch (error) {
      if (mayServe && isOutage(error)) return held.state;
      throw error;
    }
  }

  /**
   * What is stored, for a document. What is older than `refresh` never serves: caches and verifiers keep the document for as long
   * as a new key waits before it signs.
   */
  async #recent(): Promise<RingState> {
    const now = this.now();
    const held = this.#held;
    if (!held || !this.#isRecent(held, now)) return this.#update(() => undefined);
    if (!this.#isDue(held.state, now)) return held.state;
    try {
      return await this.#update(() => undefined);
    } catch (error) {
      if (isOutage(error) && this.#isRecent(held, this.now())) return held.state;
      throw error;
    }
  }

  #isRecent({ readAt }: { readonly readAt: number }, now: number): boolean {
    return now >= readAt && now - readAt < this.#timing.refresh;
  }

  #isDue(state: RingState, now: number): boolean {
    return due(state, now, this.#timing, this.#algorithm) !== undefined;
  }

  /**
   * Reads, does what is due and what was asked for, and writes; from the start again if another was faster. `replaces`: whatever
   * is stored, so that it may be older than what has been there.
   */
  async #update(
    change: (state: RingState, now: number) => Change | undefined,
    replaces = false,
  ): Promise<RingState> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      // What was read is as old as the reading's beginning, and so is what it may not be older than.
      const [now, held] = [this.now(), this.#held];
      const stored = await available(() => this.#storage.read());
      const state = stored && (await this.#sealer.open(stored.value));
      const [seen, found] = [held?.state.epoch ?? 0, state?.epoch ?? 0];
      const isOlder = found < seen || (held && found === seen && stored?.value !== held.sealed);
      if (isOlder && !replaces) throw this.#rolledBack(seen, found);
      const wanted: Change | undefined = state
        ? (change(state, now) ?? due(state, now, this.#timing, this.#algorithm))
        : { keys: [], addActiveFrom: now };
      if (state && !wanted) return this.#hold(state, stored.value, now);
      const next = await this.#made(wanted as Change, Math.max(seen, found) + 1, now);
      const sealed = await this.#sealer.seal(next);
      const written = await available(() => this.#storage.write(sealed, stored?.version));
      if (written) return this.#hold(next, sealed, now);
    }
    throw unavailable("the key ring's storage cannot be used at the moment");
  }

  #rolledBack(seen: number, found: number): TokenError {
    try {
      this.#onAlert?.({ code: "rolled_back", name: this.#name, seen, found });
    } catch {
      // Whoever listens must not decide what is refused.
    }
    const message = "the key ring's storage gave an older value than before: it is refused";
    return unavailable(message, "rolled_back");
  }

  async #made({ keys, addActiveFrom }: Change, epoch: number, now: number): Promise<RingState> {
    if (addActiveFrom === undefined) return { epoch, keys };
    const { privateKey, publicJwk, kid } = await generateKeyPair(this.#algorithm, { extractable: true });
    const { tokenLifetime, maxAge } = this.#timing;
    const wrapped = await this.#sealer.wrap(privateKey, kid);
    const key = { publicJwk, wrapped, publishedAt: now, activeFrom: addActiveFrom, tokenLifetime, maxAge };
    return { epoch, keys: [...keys, key] };
  }

  #hold(state: RingState, sealed: string, readAt: number): RingState {
    // A reading that took long may end after one that found more.
    if (this.#held && state.epoch < this.#held.state.epoch) return this.#held.state;
    this.#held = { state, sealed, readAt };
    const able = state.keys.filter(({ wrapped }) => wrapped !== undefined);
    const kids = new Set(able.map(({ publicJwk }) => publicJwk.kid));
    for (const kid of this.#privateKeys.keys()) if (!kids.has(kid)) this.#privateKeys.delete(kid);
    return state;
  }

  async #privateKey({ publicJwk: { kid, alg }, wrapped }: RingKey): Promise<CryptoKey> {
    const known = this.#privateKeys.get(kid);
    if (known) return known;
    if (wrapped === undefined) throw unavailable("the key ring has no private key at the moment");
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
    return await within(AbortSignal.timeout(LONGEST_READING * 1000), work());
  } catch {
    throw unavailable("the key ring's storage cannot be used at the moment");
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof TokenError && error.status === 503;
}

function unavailable(message: string, reason?: string): TokenError {
  return new TokenError({ code: "keys_unavailable", message, status: 503, reason });
}
