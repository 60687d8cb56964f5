// Runs the suite as a script, for runtimes with a command line, and prints one JSON line a test.
import { keyServerAt } from "./client.mjs";
import { tests } from "./suite.mjs";

const [origin] = globalThis.Deno?.args ?? process.argv.slice(2);
for (const [name, run] of Object.entries(tests)) {
  let error = null;
  try {
    await run({ keyServer: keyServerAt(origin) });
  } catch (caught) {
    error = String(caught?.stack ?? caught);
  }
  console.log(JSON.stringify({ name, error }));
}
