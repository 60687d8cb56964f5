// Who there is: names, passwords and passkeys. In memory, as an example may; yours are rows of a database.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(scrypt);
/** 128 MiB and some 0.3 s for each guess. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };
/** So many wrong passwords for a name; then, for a while, only a passkey opens. */
const FAILURES = 10;
const PAUSE = 15 * 60 * 1000;

/** An empty set of users. */
export function createUsers() {
  const byName = new Map();
  const byId = new Map();
  const failures = new Map();
  // Checked for names that do not exist, so that the time tells nobody which do.
  const nobody = hash(randomBytes(16).toString("hex"));

  return {
    /** `undefined` if the name is taken. */
    async create(name, password) {
      const hashed = await hash(password);
      if (byName.has(name)) return undefined;
      const user = { id: randomBytes(12).toString("base64url"), name, hashed, passkeys: [], blocked: false };
      byName.set(name, user);
      byId.set(user.id, user);
      return user;
    },
    /** The user of that name and password. */
    async check(name, password) {
      const known = byName.get(name);
      const failed = failures.get(name);
      const isPaused = failed !== undefined && failed.count >= FAILURES && Date.now() < failed.until;
      const isRight = await matches(password, known ? known.hashed : await nobody);
      if (known && isRight && !isPaused) {
        failures.delete(name);
        return known;
      }
      // Only for names that exist: nobody fills the memory with others.
      if (known)
        failures.set(name, {
          count: isPaused ? FAILURES : (failed?.count ?? 0) + 1,
          until: Date.now() + PAUSE,
        });
      return undefined;
    },
    /** The user that owns a passkey, and the passkey. */
    byPasskey(id) {
      for (const user of byId.values()) {
        const passkey = user.passkeys.find((each) => each.id === id);
        if (passkey) return { user, passkey };
      }
      return undefined;
    },
    byId: (id) => byId.get(id),
    block: (id) => void (byId.get(id).blocked = true),
    isBlocked: (id) => byId.get(id)?.blocked ?? true,
    roleOf: (id) => (byId.get(id)?.passkeys.length ? "trusted" : "member"),
  };
}

async function hash(password) {
  const salt = randomBytes(16);
  return { salt, key: await derive(password.normalize("NFKC"), salt, 32, COST) };
}

async function matches(password, { salt, key }) {
  return timingSafeEqual(key, await derive(password.normalize("NFKC"), salt, 32, COST));
}
