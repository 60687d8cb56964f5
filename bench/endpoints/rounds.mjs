// All contenders in turns: each round has a slice of each of them, in an order drawn anew.
import { slice } from "./load.mjs";

/** The slices of each contender: `throughput` with few clients, `crowd` with many. */
export async function take(contenders, { rounds, milliseconds, clients }, say) {
  const results = contenders.map(({ name, group, about }) => ({
    name,
    group,
    about,
    throughput: [],
    crowd: [],
  }));
  // The first round is not counted: what is compiled while it runs, is.
  for (let round = 0; round <= rounds; round++) {
    say(round === 0 ? "warming up" : `round ${round} of ${rounds}`);
    for (const kind of ["throughput", "crowd"]) {
      for (const at of shuffled(contenders.length)) {
        const taken = await slice(contenders[at], clients[kind], milliseconds);
        if (round > 0) results[at][kind].push(taken);
      }
    }
  }
  return results;
}

/** The numbers below `count`, in an order by chance. */
export function shuffled(count) {
  const drawn = Array.from({ length: count }, (_, at) => [Math.random(), at]);
  return drawn.sort(([one], [other]) => one - other).map(([, at]) => at);
}
