import { run } from "./run.mjs";

const [origin, runtime] = globalThis.Deno?.args ?? process.argv.slice(2);
await run(origin, runtime);
