/** Long enough that no piece turns up by chance, short enough that half a token is still recognised. */
const PIECE = 16;
/** Runs of such characters are looked at: a session handle's MAC, the shortest secret, has 22. */
const SHORTEST = 22;

/**
 * The secrets to look for, and how a text is searched for them: any 31 characters in a row of a secret are found, and a
 * session handle's MAC, which is shorter, as a whole.
 * Not every part of a secret is one: a token's first part says algorithm and key id, and of a session handle all but the
 * last part, its MAC, may be told (shard and family name the session in lists).
 */
export class Secrets {
  /** @type {Map<string, { name: string, pieces: string[] }>} */
  #known = new Map();

  /** Adds a secret; `name` is what a failure calls it, since the secret itself is never printed. */
  add(name, value) {
    if (this.#known.has(value)) return;
    const parts = value.split(".");
    const searched = value.startsWith("ey") ? parts.slice(1) : parts.slice(-1);
    const pieces = searched.flatMap((part) => part.match(new RegExp(`.{${PIECE}}`, "g")) ?? []);
    if (pieces.length === 0) throw new Error(`${name} is too short to look for`);
    this.#known.set(value, { name: `${name} #${this.#known.size + 1}`, pieces });
  }

  /** The secrets of that name. */
  all(name) {
    return [...this.#known]
      .filter(([, secret]) => secret.name.startsWith(`${name} #`))
      .map(([value]) => value);
  }

  /** The names of the secrets of which a piece stands in `text`. */
  in(text) {
    const candidates = (text.match(new RegExp(`[\\w-]{${SHORTEST},}`, "g")) ?? []).join(" ");
    const found = [];
    for (const { name, pieces } of this.#known.values()) {
      if (pieces.some((piece) => candidates.includes(piece))) found.push(name);
    }
    return found;
  }
}
