// What Linux tells and does: which core a process runs on, and how much time it has had.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { cpus } from "node:os";

/** One core for everything that is measured, another for those who ask. */
export const [MEASURED, ASKING] = [0, 1];

if (cpus().length < 2) throw new Error("two cores are needed: one is measured, the other one asks");

/** This process, and those that it starts from now on, run on that core. */
export function runOn(core) {
  execFileSync("taskset", ["-acp", String(core), String(process.pid)], { stdio: "ignore" });
}

const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Seconds of processor time that the processes and all that they have started have had so far. */
export function cpuSeconds(pids) {
  const stats = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name in brackets may hold anything.
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      stats.set(Number(name), { parent: Number(fields[1]), ticks });
    } catch {
      // It has ended.
    }
  }
  const isOurs = (pid) => pids.includes(pid) || (stats.has(pid) && isOurs(stats.get(pid).parent));
  let total = 0;
  for (const [pid, { ticks }] of stats) if (isOurs(pid)) total += ticks;
  return total / TICKS;
}
