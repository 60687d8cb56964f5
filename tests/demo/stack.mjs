// The running stack, as `cargo xtask demo --check` describes it.
import { readFileSync } from "node:fs";

const file = process.env.STRONGROOM_STACK;
if (!file) throw new Error("no stack is running: use `cargo xtask demo --check`");

/** The stack's description. */
export const stack = JSON.parse(readFileSync(file, "utf8"));

/** The provider, hung: its port still takes connections, and nothing answers. */
export const stopProvider = () => void process.kill(stack.pids.provider, "SIGSTOP");
export const resumeProvider = () => void process.kill(stack.pids.provider, "SIGCONT");
