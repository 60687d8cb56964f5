// What the provider remembers, in this process's memory. Unlike oidc-provider's own adapter for quick starts it has no
// limit on how many values it holds: sessions of a long demo must not be forgotten.

const values = new Map();
const byGrant = new Map();

/** The interface that oidc-provider asks for; one instance per kind of value. */
export class MemoryAdapter {
  constructor(kind) {
    this.kind = kind;
  }

  async upsert(id, payload, expiresIn) {
    const until = expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000;
    values.set(this.#key(id), { payload, until });
    if (payload.grantId && this.kind !== "Grant") {
      const keys = byGrant.get(payload.grantId) ?? new Set();
      byGrant.set(payload.grantId, keys.add(this.#key(id)));
    }
  }

  async find(id) {
    const key = this.#key(id);
    const value = values.get(key);
    if (value && value.until > Date.now()) return value.payload;
    values.delete(key);
    return undefined;
  }

  async findByUid(uid) {
    return this.#findBy("uid", uid);
  }

  async findByUserCode(userCode) {
    return this.#findBy("userCode", userCode);
  }

  async consume(id) {
    const payload = await this.find(id);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    values.delete(this.#key(id));
  }

  async revokeByGrantId(grantId) {
    for (const key of byGrant.get(grantId) ?? []) values.delete(key);
    byGrant.delete(grantId);
  }

  async #findBy(name, wanted) {
    for (const [key, { payload, until }] of values) {
      if (key.startsWith(`${this.kind}:`) && payload[name] === wanted && until > Date.now()) return payload;
    }
    return undefined;
  }

  #key(id) {
    return `${this.kind}:${id}`;
  }
}
