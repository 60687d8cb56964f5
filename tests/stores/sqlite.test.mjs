// The SQLite store in the runtimes that bring SQLite.
import { BUN, DENO, describeProgram } from "./programs.mjs";

const runtimes = { "bun:sqlite": BUN, "node:sqlite in Deno": DENO };
for (const [name, command] of Object.entries(runtimes)) {
  describeProgram(name, {
    command,
    program: "programs/sqlite.mjs",
    argument: (dir) => dir,
    more: ["of 50 refreshes of one handle at once exactly one rotates"],
  });
}
