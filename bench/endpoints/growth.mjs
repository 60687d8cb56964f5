// What more sessions cost: the stores that have no limit but the disk, filled up step by step between the rounds.
import { overStore } from "./contenders.mjs";
import { slice } from "./load.mjs";
import { shuffled } from "./rounds.mjs";

const KINDS = ["sqlite", "redis", "postgres"];

/** Of all sessions so many take part, at most; the others lie between them. */
const LIVELY = 200;

/** So many are filled in with one request, which must not take minutes. */
const STEP = 250_000;

/** By size, the slices of each store. */
export async function grow(stack, started, { sizes, rounds, milliseconds, clients }, say) {
  const stores = [];
  for (const kind of KINDS) stores.push(await overStore(stack, kind));
  started();
  const results = stores.map(({ name, about }) => ({ name, about, sizes: [] }));
  let filled = 0;
  for (const size of sizes) {
    say(`${size.toLocaleString("en")} sessions`);
    const lively = Math.min(LIVELY, size);
    const wanted = size - lively;
    for (const store of stores) {
      await store.begin(lively);
      for (let from = filled; from < wanted; from += STEP) {
        const to = Math.min(wanted, from + STEP);
        const answer = await fetch(`http://127.0.0.1:${store.port}/fill?from=${from}&to=${to}`);
        if (!answer.ok) throw new Error(`${store.name} cannot be filled: ${answer.status}`);
      }
    }
    filled = Math.max(filled, wanted);
    for (const result of results) result.sizes.push({ size, slices: [] });
    for (let round = 0; round <= Math.min(5, rounds); round++) {
      for (const at of shuffled(stores.length)) {
        const taken = await slice(stores[at], clients.growth, milliseconds);
        if (round > 0) results[at].sizes.at(-1).slices.push(taken);
      }
    }
  }
  return results;
}
