// Chance that can be had again: the same seed and name give the same numbers, whatever else happens in between.

/** A well-mixed 32-bit number for a text (FNV-1a). */
const hash = (text) => {
  let mixed = 0x811c9dc5;
  for (const character of text) mixed = Math.imul(mixed ^ character.codePointAt(0), 0x01000193);
  return mixed >>> 0;
};

/** Numbers in [0, 1) that depend on the seed and the name alone (mulberry32). */
export const dice = (seed, name) => {
  let state = hash(`${seed} ${name}`);
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    roll,
    /** Between two numbers. */
    between: (least, most) => least + (most - least) * roll(),
    /** One of `{ name: weight }`. */
    pick: (weights) => {
      const names = Object.keys(weights);
      let left = roll() * names.reduce((sum, each) => sum + weights[each], 0);
      return names.find((each) => (left -= weights[each]) < 0) ?? names.at(-1);
    },
  };
};

/** Counts by name. */
export const counter = () => {
  const counts = {};
  return { counts, add: (name) => void (counts[name] = (counts[name] ?? 0) + 1) };
};

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
