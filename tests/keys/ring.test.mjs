// Key rings: no token ever meets a verifier that does not know its key, whatever rotates, fails or differs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createVerifier } from "strongroom/edge";
import { TokenError, createKeyRing, memoryRingStorage, sign } from "strongroom/keys";
import { audience, chance, fleet, issuer, lazyVerifier, secret, sharedCache } from "./world.mjs";

const HOUR = 3600;
const claims = { sub: "user-1" };
const options = { issuer, audience };

const codeOf = async (work) => {
  try {
    await work();
    return "accepted";
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return error.code;
  }
};

const kidOf = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url")).kid;

/** Half a day of signing on every isolate, through scheduled and demanded rotations; every token is verified when new and when old. */
async function halfDay({ seed, failures = 0, hours = 12 }) {
  const random = chance(seed);
  const offsets = [0, 30, -30, 17, -8];
  const world = fleet(offsets, { rotateEvery: HOUR, clockSkew: 60 }, random);
  const caches = [sharedCache(world, random), sharedCache(world, random), sharedCache(world, random)];
  const lazy = caches.map((cache) => lazyVerifier(world, cache));
  const strict = caches.map((cache) =>
    createVerifier({
      ...{ issuer, audience, algorithms: ["ES256"], clockTolerance: 60, now: () => world.now },
      keys: { jwksUrl: "https://issuer.example/jwks" },
      fetch: async () => {
        const { status, body, maxAge } = await cache();
        return new Response(body ?? null, { status, headers: { "cache-control": `max-age=${maxAge}` } });
      },
    }),
  );
  await world.rings[0].maintain();
  world.failures = failures;
  const result = {
    signed: 0,
    verified: 0,
    failed: [],
    refusedToSign: 0,
    unavailable: 0,
    kids: new Set(),
    mostKeys: 0,
    world,
  };
  const verify = async (tokens, when) => {
    for (const token of tokens) {
      for (const verifier of lazy) {
        result.verified += 1;
        const known = await verifier(token);
        if (known === undefined) result.unavailable += 1;
        if (known === false) result.failed.push(`${when}: a lazy verifier has no such key at ${world.now}`);
      }
    }
    // The wasm core's arithmetic for all of them would take minutes, and they differ in the key alone.
    const token = tokens[Math.floor(random() * tokens.length)];
    if (token === undefined) return;
    result.verified += 1;
    const code = await codeOf(() => strict[Math.floor(random() * strict.length)].verify(token));
    if (code === "keys_unavailable") result.unavailable += 1;
    else if (code !== "accepted") result.failed.push(`${when}: ${code} at ${world.now}`);
  };
  const young = [];
  const end = world.now + hours * HOUR;
  while (world.now < end) {
    world.now += 40 + Math.floor(random() * 40);
    if (random() < 0.002) await codeOf(() => world.rings[Math.floor(random() * offsets.length)].rotate());
    const signing = await Promise.allSettled(world.rings.map((ring) => sign(ring, claims, options)));
    for (const { status, value, reason } of signing) {
      if (status === "rejected") {
        if (reason.code !== "keys_unavailable") throw reason;
        result.refusedToSign += 1;
        continue;
      }
      result.signed += 1;
      result.kids.add(kidOf(value));
      young.push({ token: value, until: world.now + 480 });
    }
    await verify(
      young.slice(-offsets.length).map(({ token }) => token),
      "new",
    );
    const old = young.filter(({ until }) => world.now >= until);
    young.splice(0, old.length);
    await verify(
      old.map(({ token }) => token),
      "old",
    );
    const { keys } = await world.rings[0].jwks().catch(() => ({ keys: [] }));
    result.mostKeys = Math.max(result.mostKeys, keys.length);
  }
  return result;
}

test("rotation under load, on clocks a minute apart: not one verification fails", async (t) => {
  const { signed, verified, failed, refusedToSign, unavailable, kids, mostKeys, world } = await halfDay({
    seed: 1,
  });
  t.diagnostic(`${signed} tokens by ${kids.size} keys, ${verified} verifications, ${failed.length} failed`);
  t.diagnostic(`${world.writes} writes, ${world.conflicts} lost races, ${world.reads} reads`);
  assert.deepEqual(failed.slice(0, 3), []);
  assert.deepEqual([refusedToSign, unavailable], [0, 0]);
  assert.ok(kids.size >= 11, `${kids.size} keys`);
  assert.ok(world.conflicts > 0, "no race was run");
  assert.ok(mostKeys >= 2 && mostKeys <= 4, `${mostKeys} keys in a document`);
});

test("a storage that fails every third time loses no verification", async (t) => {
  const { signed, verified, failed, refusedToSign, unavailable, kids } = await halfDay({
    seed: 2,
    failures: 0.3,
    hours: 6,
  });
  t.diagnostic(`${signed} tokens by ${kids.size} keys, ${verified} verifications, ${failed.length} failed`);
  assert.deepEqual(failed.slice(0, 3), []);
  assert.ok(kids.size >= 5);
  // Only who has never read or fetched anything has nothing to go on with.
  t.diagnostic(`${refusedToSign} not signed, ${unavailable} without a verdict`);
  assert.ok(refusedToSign < 50 && unavailable < 100, `${refusedToSign}, ${unavailable}`);
});

test("a storage that is down: what was read serves for as long as it is surely right, and no longer", async () => {
  const world = fleet([0], { refresh: 60, jwksMaxAge: 300, clockSkew: 60 });
  const [ring] = world.rings;
  await ring.maintain();
  world.failures = 1;
  // Read every minute, known after two times five.
  for (const [later, expected] of [
    [59, "accepted"],
    [300, "accepted"],
    [300, "accepted"],
    [2, "keys_unavailable"],
  ]) {
    world.now += later;
    assert.equal(await codeOf(() => sign(ring, claims, options)), expected, `${later}`);
  }
  const response = await ring.response();
  assert.deepEqual([response.status, response.headers.get("cache-control")], [503, "no-store"]);
  world.failures = 0;
  world.now += 6;
  assert.equal(await codeOf(() => sign(ring, claims, options)), "accepted");
});

/** Two isolates on one storage, of which the first reads as `reading.first` does once it is set. */
function twoIsolates(more = {}) {
  const storage = memoryRingStorage();
  const reading = {};
  const world = { now: 1_800_000_000 };
  const options = { secrets: [secret], now: () => world.now, ...more };
  const first = { ...storage, read: () => (reading.first ?? storage.read)() };
  return {
    ...{ storage, reading, world },
    first: createKeyRing({ storage: first, ...options }),
    other: createKeyRing({ storage, ...options }),
  };
}

test("a document is never older than its refresh, also while another call reads", async () => {
  const { storage, reading, world, first, other } = twoIsolates();
  await first.response();
  world.now += 1;
  await other.rotate();
  const [, { kid }] = await other.keys();
  // Just before the new key signs; a cache may keep what it is told now until long after.
  world.now += 654;
  let release;
  const slowly = new Promise((resolve) => (release = resolve));
  reading.first = () => slowly.then(() => storage.read());
  const answers = [first.response(), first.response(), first.jwks()];
  setImmediate(release);
  const [one, two, three] = await Promise.all(answers);
  for (const [index, document] of [await one.json(), await two.json(), three].entries()) {
    const kids = document.keys.map((key) => key.kid);
    assert.ok(kids.includes(kid), `answer ${index + 1} lacks the key that signs a minute later`);
  }
});

test("a document that cannot be read anew is not given: 503, and no cache may keep either", async () => {
  const { reading, world, first } = twoIsolates();
  const good = await first.response();
  assert.equal(good.headers.get("cache-control"), "public, max-age=300, must-revalidate");
  reading.first = async () => {
    throw new Error("the storage is down");
  };
  world.now += 59;
  assert.equal((await first.response()).status, 200);
  world.now += 1;
  assert.equal(await codeOf(() => first.jwks()), "keys_unavailable");
  const response = await first.response();
  assert.deepEqual([response.status, response.headers.get("cache-control")], [503, "no-store"]);
  // Signing goes on: an old key is right for longer than an old document.
  assert.equal(await codeOf(() => sign(first, claims, options)), "accepted");
});

test("work that is due and fails keeps nobody from a document that was just read", async () => {
  const storage = memoryRingStorage();
  const world = { now: 1_800_000_000 };
  const writing = {};
  const ring = createKeyRing({
    storage: {
      ...storage,
      write: (...args) => (writing.fails ? Promise.reject(new Error("down")) : storage.write(...args)),
    },
    ...{ secrets: [secret], rotateEvery: HOUR, refresh: 60, now: () => world.now },
  });
  const [{ activeFrom }] = (await ring.maintain(), await ring.keys());
  world.now = activeFrom + HOUR - 720 - 1;
  await ring.response();
  writing.fails = true;
  world.now += 1;
  assert.equal((await ring.response()).status, 200);
  world.now += 60;
  assert.equal((await ring.response()).status, 503);
});

test("a ring's value is no other ring's, whoever shares its secret", async () => {
  const storage = memoryRingStorage();
  const ringOf = (name) =>
    createKeyRing({ storage, secrets: [secret], ...(name === undefined ? {} : { name }) });
  const { keys } = await ringOf("tokens").jwks();
  assert.deepEqual(await ringOf("tokens").jwks(), { keys });
  for (const other of ["sessions", "token", undefined])
    assert.equal(await codeOf(() => ringOf(other).jwks()), "config_invalid", String(other));
  for (const wrong of ["", "x".repeat(101), 7])
    assert.equal(await codeOf(() => ringOf(wrong)), "config_invalid");
});

test("an old value that is put back is refused and told; what was read goes on, and an emergency rotation ends it", async () => {
  const inner = memoryRingStorage();
  const old = {};
  const world = { now: 1_800_000_000 };
  const storage = {
    ...inner,
    read: async () => (old.value ? { ...(await inner.read()), ...old } : inner.read()),
  };
  const alerts = [];
  const ringOf = () =>
    createKeyRing({
      ...{ storage, secrets: [secret], now: () => world.now, name: "tokens" },
      onAlert: (alert) => alerts.push(alert),
    });
  const ring = ringOf();
  const withdrawn = kidOf(await sign(ring, claims, options));
  const { value } = await inner.read();
  await ring.rotate({ emergency: true });
  const kept = kidOf(await sign(ring, claims, options));
  assert.notEqual(kept, withdrawn);

  old.value = value;
  world.now += 61;
  // Signing goes on with what is known to be newer, and no document names the withdrawn key.
  assert.equal(kidOf(await sign(ring, claims, options)), kept);
  assert.deepEqual(alerts, [{ code: "rolled_back", name: "tokens", seen: 2, found: 1 }]);
  assert.equal((await ring.response()).status, 503);
  await assert.rejects(ring.jwks(), { code: "keys_unavailable", status: 503, reason: "rolled_back" });
  for (const work of [() => ring.maintain(), () => ring.rotate(), () => ring.retire(kept)])
    await assert.rejects(work, { reason: "rolled_back" });
  world.now += 600;
  await assert.rejects(sign(ring, claims, options), { reason: "rolled_back" });

  // One that has seen nothing cannot know: this is why backups are kept as the secrets are.
  assert.deepEqual(
    (await ringOf().jwks()).keys.map(({ kid }) => kid),
    [withdrawn],
  );
  delete old.value;
  const found = await inner.read();
  assert.ok(await inner.write(value, found.version));
  await ring.rotate({ emergency: true });
  const last = kidOf(await sign(ring, claims, options));
  assert.ok(![kept, withdrawn].includes(last));
  assert.equal(kidOf(await sign(ringOf(), claims, options)), last);
  const count = alerts.length;
  world.now += 61;
  await ring.jwks();
  assert.equal(alerts.length, count);
});

test("a ring that went on from an old value is refused as well", async () => {
  const { storage, world, first, other } = twoIsolates();
  await first.jwks();
  const { value } = await storage.read();
  await first.rotate({ emergency: true });
  assert.ok(await storage.write(value, (await storage.read()).version));
  // As many changes as the first isolate has seen, and others.
  await other.rotate();
  world.now += 61;
  await assert.rejects(first.jwks(), { reason: "rolled_back" });
});

test("a value that is gone is not taken for a ring that never was", async () => {
  let gone = false;
  const inner = memoryRingStorage();
  const storage = { ...inner, read: async () => (gone ? undefined : inner.read()) };
  const world = { now: 1_800_000_000 };
  const alerts = [];
  const onAlert = (alert) => {
    alerts.push(alert);
    throw new Error("nobody listens");
  };
  const ring = createKeyRing({ storage, secrets: [secret], now: () => world.now, onAlert });
  await ring.jwks();
  gone = true;
  world.now += 61;
  await assert.rejects(ring.jwks(), { reason: "rolled_back" });
  assert.deepEqual(alerts, [{ code: "rolled_back", name: "signing", seen: 1, found: 0 }]);
});

test("a reading that began before a write is no rollback", async () => {
  const { storage, reading, world, first } = twoIsolates();
  await first.jwks();
  const before = await storage.read();
  world.now += 61;
  let release;
  const slowly = new Promise((resolve) => (release = resolve));
  reading.first = () => slowly.then(() => before);
  const late = first.jwks();
  delete reading.first;
  await first.rotate();
  release();
  // Nor does it put back what is known.
  assert.equal((await late).keys.length, 2);
  assert.equal((await first.jwks()).keys.length, 2);
});

test("fifty cold isolates at once agree on one first key", async () => {
  const world = fleet(Array(50).fill(0), {});
  const tokens = await Promise.all(world.rings.map((ring) => sign(ring, claims, options)));
  assert.equal(new Set(tokens.map(kidOf)).size, 1);
  assert.equal(world.writes, 1);
});

test("a successor is published first, signs after its time, and the old key goes when its last token has expired", async () => {
  const world = fleet([0], {
    rotateEvery: 2 * HOUR,
    jwksMaxAge: 300,
    refresh: 60,
    clockSkew: 60,
    tokenLifetime: 600,
  });
  const [ring] = world.rings;
  const states = async () => (await ring.keys()).map(({ state }) => state);
  assert.deepEqual(await states(), ["active"]);
  const [{ kid: first, activeFrom }] = await ring.keys();
  const propagation = 60 + 2 * 300 + 60;
  world.now = activeFrom + 2 * HOUR - propagation - 1;
  assert.deepEqual(await states(), ["active"]);
  world.now += 1;
  assert.deepEqual(await states(), ["active", "published"]);
  assert.equal(kidOf(await sign(ring, claims, options)), first);
  world.now = activeFrom + 2 * HOUR;
  assert.deepEqual(await states(), ["active", "retiring"]);
  const next = kidOf(await sign(ring, claims, options));
  assert.notEqual(next, first);
  const [, { kid, goneAt }] = await ring.keys();
  assert.deepEqual([kid, goneAt], [first, activeFrom + 2 * HOUR + 600 + 60 + 300]);
  world.now = goneAt - 1;
  assert.equal((await ring.jwks()).keys.length, 2);
  world.now = goneAt;
  assert.deepEqual(
    (await ring.jwks()).keys.map(({ kid }) => kid),
    [next],
  );
});

test("a ring that slept through its time publishes before it signs", async () => {
  const world = fleet([0], { rotateEvery: 2 * HOUR });
  const [ring] = world.rings;
  const first = kidOf(await sign(ring, claims, options));
  world.now += 1000 * HOUR;
  assert.equal(kidOf(await sign(ring, claims, options)), first);
  assert.deepEqual(
    (await ring.keys()).map(({ state }) => state),
    ["active", "published"],
  );
});

test("a rotation on demand waits until everybody knows; asking again changes nothing", async () => {
  const world = fleet([0, 0], {});
  const [ring, other] = world.rings;
  const first = kidOf(await sign(ring, claims, options));
  await Promise.all([ring.rotate(), other.rotate(), ring.rotate()]);
  const [, { activeFrom, kid }] = await ring.keys();
  assert.equal((await ring.keys()).length, 2);
  assert.equal(activeFrom, world.now + 720);
  world.now += 719;
  assert.equal(kidOf(await sign(other, claims, options)), first);
  world.now += 1;
  assert.equal(kidOf(await sign(other, claims, options)), kid);
});

test("an emergency withdraws every key at once, on every isolate within its refresh", async () => {
  const world = fleet([0, 20], { refresh: 30 });
  const [ring, other] = world.rings;
  const old = await sign(ring, claims, options);
  await sign(other, claims, options);
  await ring.rotate();
  const before = (await ring.jwks()).keys.map(({ kid }) => kid);
  await ring.rotate({ emergency: true });
  const { keys } = await ring.jwks();
  assert.equal(keys.length, 1);
  assert.ok(!before.includes(keys[0].kid));
  world.now += 31;
  assert.equal(kidOf(await sign(other, claims, options)), keys[0].kid);
  assert.deepEqual(await other.jwks(), { keys });
  const verifier = createVerifier({
    ...{ issuer, audience, algorithms: ["ES256"], now: () => world.now },
    keys: { jwks: await ring.jwks() },
  });
  assert.equal(await codeOf(() => verifier.verify(old)), "key_not_found");
});

test("one key is withdrawn alone; its successor signs at once", async () => {
  const world = fleet([0], {});
  const [ring] = world.rings;
  const first = kidOf(await sign(ring, claims, options));
  await ring.rotate();
  const pending = (await ring.keys())[1].kid;
  await ring.retire(first);
  assert.equal(kidOf(await sign(ring, claims, options)), pending);
  await ring.retire(pending);
  const third = kidOf(await sign(ring, claims, options));
  assert.ok(![first, pending].includes(third));
  assert.deepEqual(
    (await ring.jwks()).keys.map(({ kid }) => kid),
    [third],
  );
  await assert.rejects(ring.retire("no such key"), { code: "config_invalid" });
  assert.equal(kidOf(await sign(ring, claims, options)), third);
});

test("settings that grew hold for the keys at hand, and those that shrank hold for what was signed", async () => {
  const storage = memoryRingStorage();
  let now = 1_800_000_000;
  const ringOf = (more) => createKeyRing({ storage, secrets: [secret], now: () => now, ...more });
  await sign(ringOf({ tokenLifetime: HOUR, jwksMaxAge: 3600, rotateEvery: 8 * HOUR }), claims, options);
  const small = ringOf({ tokenLifetime: 60, jwksMaxAge: 60, rotateEvery: 8 * HOUR });
  now += 10;
  await small.rotate();
  const [{ goneAt }, { activeFrom }] = await small.keys();
  // A verifier may hold a document of the old setting.
  assert.equal(activeFrom, now + 60 + 2 * 3600 + 60);
  assert.equal(goneAt, activeFrom + HOUR + 60 + 300);
});

test("the algorithm is changed by a rotation", async () => {
  const storage = memoryRingStorage();
  let now = 1_800_000_000;
  const ringOf = (algorithm) => createKeyRing({ storage, secrets: [secret], algorithm, now: () => now });
  const algorithmOf = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url")).alg;
  assert.equal(algorithmOf(await sign(ringOf("ES256"), claims, options)), "ES256");
  const next = ringOf("EdDSA");
  assert.equal(algorithmOf(await sign(next, claims, options)), "ES256");
  now += 720;
  assert.equal(algorithmOf(await sign(next, claims, options)), "EdDSA");
});

test("what is stored tells nothing, cannot be changed, and opens with an older secret", async () => {
  const kept = memoryRingStorage();
  const ring = createKeyRing({ storage: kept, secrets: [secret] });
  const { keys } = await ring.jwks();
  const { privateKey } = await ring.signingKey();
  assert.equal(privateKey.extractable, false);
  const { value, version } = await kept.read();
  const bytes = Buffer.from(value, "base64url").toString("latin1");
  for (const telling of [keys[0].kid, keys[0].x, "keys", "kty"]) assert.ok(!bytes.includes(telling), telling);
  const other = Buffer.alloc(32, 8).toString("base64url");
  const opened = createKeyRing({ storage: kept, secrets: [other, secret] });
  assert.deepEqual(await opened.jwks(), { keys });
  await sign(opened, claims, options);
  await assert.rejects(createKeyRing({ storage: kept, secrets: [other] }).jwks(), { code: "config_invalid" });
  assert.equal((await kept.read()).version, version, "a ring that cannot be read was replaced");
  for (const at of [0, 20, value.length - 2]) {
    const changed = value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1);
    const storage = {
      read: async () => ({ value: changed, version }),
      write: async () => assert.fail("written"),
    };
    await assert.rejects(createKeyRing({ storage, secrets: [secret] }).jwks(), { code: "config_invalid" });
  }
});

test("a token may not outlive its ring's promise", async () => {
  const ring = createKeyRing({ storage: memoryRingStorage(), secrets: [secret], tokenLifetime: 300 });
  const lifeOf = async (more) => {
    const token = await sign(ring, claims, { ...options, ...more });
    const { iat, exp } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    return exp - iat;
  };
  assert.equal(await lifeOf({}), 300);
  assert.equal(await lifeOf({ lifetime: 60 }), 60);
  assert.equal(await codeOf(() => lifeOf({ lifetime: 301 })), "config_invalid");
  assert.equal(await codeOf(() => lifeOf({ lifetime: "passwordReset" })), "config_invalid");
  assert.equal(await lifeOf({ now: () => 1_700_000_000 }), 300);
});

test("a ring that could not keep its promise cannot be made", async () => {
  const storage = memoryRingStorage();
  const make = (more) => codeOf(() => createKeyRing({ storage, secrets: [secret], ...more }));
  assert.equal(await make({}), "accepted");
  for (const wrong of [
    { storage: {} },
    { storage: undefined },
    { secrets: [] },
    { secrets: ["short"] },
    { secrets: ["é".repeat(50)] },
    { algorithm: "none" },
    { algorithm: "HS256" },
    { tokenLifetime: 0 },
    { tokenLifetime: Number.NaN },
    { jwksMaxAge: 59 },
    { jwksMaxAge: Number.NaN },
    { rotateEvery: 1439 },
    { rotateEvery: Number.NaN },
    { tokenLifetime: "emailLink", rotateEvery: HOUR },
    { refresh: 0 },
    { clockSkew: -1 },
    { clockSkew: 301 },
  ]) {
    assert.equal(await make(wrong), "config_invalid", JSON.stringify(wrong));
  }
  for (const now of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    const ring = createKeyRing({ storage, secrets: [secret], now: () => now });
    assert.equal(await codeOf(() => ring.jwks()), "config_invalid");
  }
});

test("a clock that is set back reads again and goes on", async () => {
  const world = fleet([0], {});
  const [ring] = world.rings;
  const first = kidOf(await sign(ring, claims, options));
  const { reads } = world;
  world.now -= 1000 * HOUR;
  assert.equal(kidOf(await sign(ring, claims, options)), first);
  assert.ok(world.reads > reads);
});

test(
  "a storage that never answers is down, and races that are never won end",
  { timeout: 60_000 },
  async () => {
    const hanging = { read: () => new Promise(() => {}), write: async () => true };
    // Node would leave, since nothing but a timer without a hold is left.
    const hold = setInterval(() => {}, 1000);
    const { reading, world, first } = twoIsolates();
    await first.jwks();
    reading.first = hanging.read;
    world.now += 100;
    const [cold, warm] = await Promise.all([
      codeOf(() => createKeyRing({ storage: hanging, secrets: [secret] }).jwks()),
      Promise.all([first.response(), first.response()]),
    ]);
    assert.equal(cold, "keys_unavailable");
    assert.deepEqual(
      warm.map(({ status }) => status),
      [503, 503],
    );
    clearInterval(hold);
    const lost = { read: async () => undefined, write: async () => false };
    assert.equal(
      await codeOf(() => createKeyRing({ storage: lost, secrets: [secret] }).jwks()),
      "keys_unavailable",
    );
  },
);
