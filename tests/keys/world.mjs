// A fleet in virtual time: isolates that share a storage and whose clocks differ, caches between them and the verifiers.
import { createKeyRing, memoryRingStorage } from "strongroom/keys";

export const issuer = "https://issuer.example";
export const audience = "https://api.example";
export const secret = Buffer.alloc(32, 7).toString("base64url");

/** Numbers in 0..1, the same in every run. */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A memory storage that takes its time, loses races now and then, and fails as often as it is told. */
export function slowStorage(random, world) {
  const storage = memoryRingStorage();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const slowly = async (work) => {
    for (let turns = random() * 4; turns > 0; turns -= 1) await turn();
    if (random() < world.failures) throw new Error("the storage is down");
    return work();
  };
  return {
    read: () => slowly(() => (world.reads++, storage.read())),
    write: (value, version) =>
      slowly(async () => {
        const won = await storage.write(value, version);
        world[won ? "writes" : "conflicts"] += 1;
        return won;
      }),
  };
}

/** Rings over one storage, one for each offset of a clock, in seconds. */
export function fleet(offsets, options, random = chance(1)) {
  const world = { now: 1_800_000_000, failures: 0, reads: 0, writes: 0, conflicts: 0 };
  const storage = slowStorage(random, world);
  world.rings = offsets.map((offset) =>
    createKeyRing({ storage, secrets: [secret], now: () => world.now + offset, ...options }),
  );
  return world;
}

/** A cache in front of the rings that keeps each answer for its whole `max-age`, as told no longer, and does not tell its age. */
export function sharedCache(world, random) {
  let kept;
  return async () => {
    if (!kept || world.now >= kept.until) {
      const ring = world.rings[Math.floor(random() * world.rings.length)];
      const response = await ring.response();
      const cacheControl = response.headers.get("cache-control");
      const maxAge = /max-age=(\d+)/.exec(cacheControl)?.[1];
      if (maxAge === undefined) return kept?.mayBeStale ? kept : { status: response.status };
      kept = {
        status: 200,
        body: await response.text(),
        maxAge: Number(maxAge),
        until: world.now + Number(maxAge),
        mayBeStale: !cacheControl.includes("must-revalidate"),
      };
    }
    return kept;
  };
}

/** The laziest verifier that is right: it keeps a document for its whole time and never asks in between. `undefined`: it has none
 * that is good still. */
export function lazyVerifier(world, cache) {
  let held;
  return async (token) => {
    if (!held || world.now >= held.until) {
      const answer = await cache();
      if (answer.status === 200) {
        const kids = new Set(JSON.parse(answer.body).keys.map(({ kid }) => kid));
        held = { kids, until: world.now + answer.maxAge };
      }
    }
    if (world.now >= held?.until) return undefined;
    const { kid } = JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
    return held && held.kids.has(kid);
  };
}
