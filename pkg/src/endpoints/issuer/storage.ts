/** A key ring in a session store. */
import type { KeyRingStorage } from "../../keys/ring/storage.ts";
import type { Store } from "../../stores/store.ts";

/** No subject leads there: subjects' shards are longer, and theirs hold no control characters. */
const SHARD = "keyring";
const SUBJECT = "\u0001strongroom key ring";
/** A row must end some time; its ring has long been another by then. */
const LIFE = 100 * 365 * 24 * 60 * 60 * 1000;

/**
 * Keeps a key ring in a row of its own of the session store, with the compare-and-swap that sessions have: small values
 * (`put`) have none, and of two isolates that rotate at once both would win. Several rings in one store take a name each.
 *
 * @example
 * ```ts
 * import { ringStorage } from "strongroom/endpoints";
 * import { createKeyRing } from "strongroom/keys";
 *
 * const keyRing = createKeyRing({ storage: ringStorage(store), secrets: [ringSecret] });
 * ```
 */
export function ringStorage(store: Store, name = "main"): KeyRingStorage {
  const family = `keyring-${name}`;
  const load = async () => {
    const loaded = await store.load(SHARD, family);
    // Never taken for an empty place: whoever ended it by mistake must not also replace every key.
    if (loaded?.row.revoked) throw new Error("the key ring's row was ended");
    return loaded;
  };
  return {
    async read() {
      const loaded = await load();
      return loaded && { value: loaded.row.record, version: loaded.row.version };
    },
    async write(value, version) {
      const now = await store.now(SHARD);
      const end = now + LIFE;
      const change = { record: value, idleExpiresAt: end, sealed: null, lease: null, revoked: false };
      if (version !== undefined) return (await store.cas(SHARD, family, Number(version), change)).ok;
      const names = { family, subject: SUBJECT, application: family };
      const row = { ...names, ...change, version: 1, createdAt: now, absoluteExpiresAt: end };
      try {
        await store.create(SHARD, row, 1);
        return true;
      } catch (error) {
        if (await load()) return false;
        throw error;
      }
    },
  };
}
