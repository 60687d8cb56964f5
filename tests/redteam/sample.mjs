// Which attacks a default run makes: another sample each time, repeatable by its seed.
import { createHash, randomInt } from "node:crypto";

/** Attacks for each engine and mode of a default run. */
const SAMPLE = 3;

/** The given seed, or a fresh one. */
export const seed = (given) => (given === undefined ? randomInt(2 ** 31) : Number(given));

/** The first few in an order that `key` shuffles. */
export const chosen = (names, key) => {
  const rank = (name) => createHash("sha256").update(`${key} ${name}`).digest("hex");
  return names.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, SAMPLE);
};
