// The measurement as a script (Node, Deno, Bun) or in a page: cases come from the host and results go back to it.
import { measure } from "./measure.mjs";

export async function run(origin, runtime) {
  const plan = await (await fetch(`${origin}/plan`)).json();
  for (let i = 0; i < plan.cases; i++) {
    for (const mode of ["cold", "warm"]) {
      const given = await (await fetch(`${origin}/case/${i}/${mode}`)).json();
      const missing = {};
      const samples = await measure(runtime, given, plan[mode], missing);
      const body = JSON.stringify({ case: i, mode, samples, missing });
      await fetch(`${origin}/result`, { method: "POST", body });
    }
  }
}
