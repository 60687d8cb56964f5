/** Long enough that no piece turns up by chance, short enough that half a token is still recognised. */
const PIECE = 16;

/**
 * The secrets to look for, and how a text is searched for them: any 31 characters in a row of a secret are found.
 * A token's first part is left out, since it says only algorithm and key id, which are public.
 */
export class Secrets {
  /** @type {Map<string, { name: string, pieces: string[] }>} */
  #known = new Map();

  /** Adds a secret; `name` is what a failure calls it, since the secret itself is never printed. */
  add(name, value) {
    if (this.#known.has(value)) return;
    const parts = value.split(".");
    const searched = value.startsWith("ey") ? parts.slice(1) : parts;
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
    const candidates = (text.match(/[\w-]{16,}/g) ?? []).join(" ");
    const found = [];
    for (const { name, pieces } of this.#known.values()) {
      if (pieces.some((piece) => candidates.includes(piece))) found.push(name);
    }
    return found;
  }
}
