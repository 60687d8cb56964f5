import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The shell leads a process group and waits on a pipe that only we hold: when we end, however we end, the pipe closes
 * and the whole group is killed. It is killed as well when the program itself ends.
 */
const TIED = '{ "$@"; kill -KILL 0; } & cat >/dev/null; kill -KILL 0';

/**
 * Starts a program whose whole process group ends with `end()`, or with this process, even one that is killed.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 */
export const start = (file, args, env = process.env) => {
  const child = spawn("/bin/sh", ["-c", TIED, "sh", file, ...args], { detached: true, env, stdio: "pipe" });
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => (output.text = (output.text + chunk).slice(-20_000)));
  }
  child.stdin.on("error", () => {}); // the group is already gone
  const exited = once(child, "close");

  return {
    /** Waits until the output matches. */
    printed: async (pattern, milliseconds = 30_000) => {
      const deadline = Date.now() + milliseconds;
      for (;;) {
        const match = output.text.match(pattern);
        if (match) return match;
        const state = child.exitCode ?? child.signalCode;
        if (state !== null || Date.now() > deadline) {
          const what = state === null ? `did not print ${pattern}` : `ended early`;
          throw new Error(`${file} ${what}:\n${output.text}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    end: async () => {
      child.stdin.end();
      await exited;
    },
  };
};

/** A folder of our own, deleted by `remove()`, or when this process exits. */
export const folder = () => {
  const path = mkdtempSync(join(tmpdir(), "strongroom-engine-"));
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  process.once("exit", remove);
  return {
    path,
    remove: () => {
      process.off("exit", remove);
      remove();
    },
  };
};
