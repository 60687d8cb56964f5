// A library of another language: a child process that takes one JSON job a line and answers in kind.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export function childPeer(name, version, program, args) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = [];
  const fail = (why) => waiting.splice(0).forEach(({ reject }) => reject(new Error(`${name} ${why}`)));
  child.once("error", (error) => fail(error.message));
  child.once("exit", (code) => fail(`ended with ${code}`));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { resolve, reject } = waiting.shift();
    const answer = JSON.parse(line);
    if (answer.error === undefined) resolve(answer.result);
    else reject(new Error(`${name}: ${answer.error}`));
  });
  const ask = (job) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(job)}\n`);
    });
  return {
    name,
    version,
    sign: (job) => ask({ ...job, do: "sign" }),
    verify: (job) => ask({ ...job, do: "verify" }),
    stop: () => child.kill(),
  };
}
