/**
 * When a key of a ring is published, signs, stops and goes: pure functions of what is stored, the time and the settings. Every
 * transition lies in the stored times, so that isolates which read at different moments agree without talking to each other.
 *
 * ```text
 *   publish ──(everybody who reads the JWKS has seen it)──► sign ──(successor signs)──► only verify ──► gone
 *            propagation                                         last token's lifetime, clocks
 * ```
 */
import type { PublicJwk } from "../generate.ts";

/** One key of the ring. Times are seconds since the epoch. */
export interface RingKey {
  readonly publicJwk: PublicJwk;
  /** The private key, wrapped; absent once it signs no more. */
  readonly wrapped?: string;
  readonly publishedAt: number;
  /** Signs from then on, until another does. */
  readonly activeFrom: number;
  /** The longest life of any token that it may have signed, in seconds. */
  readonly tokenLifetime: number;
  /** The longest time for which a document may be cached that names it as the newest, in seconds. */
  readonly maxAge: number;
}

/** What is stored: the keys in the order in which they sign. Never empty. */
export interface RingState {
  /** Counts the changes, so that who has seen one knows an older value. */
  readonly epoch: number;
  readonly keys: readonly RingKey[];
}

/** The ring's settings, all in seconds. */
export interface Timing {
  readonly rotateEvery: number;
  readonly tokenLifetime: number;
  readonly maxAge: number;
  /** How long an isolate goes on with what it has read. */
  readonly refresh: number;
  /** The largest difference between any two clocks. */
  readonly clockSkew: number;
}

/** Seconds that a reading may take; what it brings is as old as its beginning. */
export const LONGEST_READING = 5;

/** The largest clock tolerance of a verifier of this package. */
const VERIFIER_TOLERANCE = 300;

/**
 * From the moment that a key is published until everybody knows it: isolates that answer out of what they have read, a shared
 * cache that keeps such an answer for its time, and a verifier that keeps the cache's for as long again.
 */
export function propagation({ refresh, clockSkew }: Timing, maxAge: number): number {
  return Math.max(refresh, LONGEST_READING) + 2 * maxAge + clockSkew;
}

/** The key that signs. */
export function signer({ keys }: RingState, now: number): RingKey {
  const able = keys.filter(({ wrapped }) => wrapped !== undefined);
  // The first key signs at once; to a clock that is behind, its time is yet to come.
  return able.findLast(({ activeFrom }) => activeFrom <= now) ?? (able[0] as RingKey);
}

/** When a key leaves the document: its last token has expired, by anybody's clock. `Infinity` while no other follows it. */
export function goneAt({ keys }: RingState, key: RingKey, { clockSkew }: Timing): number {
  const successor = keys[keys.indexOf(key) + 1];
  return successor ? successor.activeFrom + key.tokenLifetime + clockSkew + VERIFIER_TOLERANCE : Infinity;
}

/** The keys of the JWKS document, the one that signs first. */
export function published(state: RingState, now: number, timing: Timing): readonly RingKey[] {
  const active = signer(state, now);
  const others = state.keys.filter((key) => key !== active && goneAt(state, key, timing) > now);
  return [active, ...others.reverse()];
}

/** A change: the keys as they should be, and the moment from which a new one, added behind them, signs. */
export interface Change {
  readonly keys: readonly RingKey[];
  readonly addActiveFrom?: number;
}

/** What is due by the schedule, or `undefined`. */
export function due(state: RingState, now: number, timing: Timing, algorithm: string): Change | undefined {
  const kept = state.keys.filter((key) => goneAt(state, key, timing) > now);
  const keys = kept.map((key, index) => {
    const successor = kept[index + 1];
    const hasStopped = successor !== undefined && successor.activeFrom + timing.clockSkew <= now;
    if (hasStopped) return key.wrapped === undefined ? key : withoutPrivate(key);
    return raised(key, timing);
  });
  const newest = keys.at(-1) as RingKey;
  const ahead = propagation(timing, newest.maxAge);
  const isOtherAlgorithm = newest.publicJwk.alg !== algorithm;
  const isNextDue =
    now >= newest.activeFrom && (isOtherAlgorithm || now >= newest.activeFrom + timing.rotateEvery - ahead);
  if (isNextDue) {
    const scheduled = isOtherAlgorithm ? 0 : newest.activeFrom + timing.rotateEvery;
    return { keys, addActiveFrom: Math.max(scheduled, now + ahead) };
  }
  const isSame = keys.length === state.keys.length && keys.every((key, index) => key === state.keys[index]);
  return isSame ? undefined : { keys };
}

/** The next rotation ahead of time: the successor, one that is published already or a new one, signs once everybody knows. */
export function rotated(state: RingState, now: number, timing: Timing): Change {
  const newest = state.keys.at(-1) as RingKey;
  // Also one that is known to verifiers for long: isolates that have not read of the change sign with the old key, and they may
  // go on for as long as this.
  const soonest = now + propagation(timing, newest.maxAge);
  if (newest.activeFrom <= now || state.keys.length === 1) {
    return { keys: state.keys, addActiveFrom: Math.max(soonest, newest.activeFrom) };
  }
  const activeFrom = Math.min(newest.activeFrom, soonest);
  return { keys: [...state.keys.slice(0, -1), { ...newest, activeFrom }] };
}

/** The key is gone at once. If it is the one that signs, its successor signs at once, known or not. */
export function retired(state: RingState, kid: string, now: number): Change | undefined {
  const found = state.keys.find((key) => key.publicJwk.kid === kid);
  if (!found) return undefined;
  const keys = state.keys.filter((key) => key !== found);
  if (found !== signer(state, now)) return { keys };
  const next = keys.findIndex(({ activeFrom }) => activeFrom > found.activeFrom);
  if (next < 0) return { keys, addActiveFrom: now };
  return { keys: keys.map((key, index) => (index === next ? { ...key, activeFrom: now } : key)) };
}

/** Settings that have grown hold for the key from now on; those that shrank still hold for what it has signed. */
function raised(key: RingKey, { tokenLifetime, maxAge }: Timing): RingKey {
  if (key.tokenLifetime >= tokenLifetime && key.maxAge >= maxAge) return key;
  return {
    ...key,
    tokenLifetime: Math.max(key.tokenLifetime, tokenLifetime),
    maxAge: Math.max(key.maxAge, maxAge),
  };
}

function withoutPrivate({ wrapped: _, ...key }: RingKey): RingKey {
  return key;
}
