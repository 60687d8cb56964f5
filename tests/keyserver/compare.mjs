// Runs both libraries through every fault, each in a process of its own, against one key server.
import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startKeyServer } from "./server.mjs";

export const LIBRARIES = ["strongroom", "jose"];
export const FAULTS = [
  "down",
  "errors",
  "slow",
  "rubbish",
  "huge",
  "redirecting",
  "wrong content type",
  "rotated",
  "1,000 keys",
  "forged kids while rotating",
];

/** `results[fault][library]`: calls, successes, refusals by code, fetches, bytes sent, memory. */
export async function compare(faults = FAULTS) {
  const server = await startKeyServer();
  const folder = mkdtempSync(path.join(tmpdir(), "strongroom-keyserver-"));
  const ca = path.join(folder, "ca.pem");
  writeFileSync(ca, server.cert);
  try {
    const results = {};
    for (const fault of faults) {
      results[fault] = {};
      for (const library of LIBRARIES) results[fault][library] = await run(server, ca, library, fault);
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  }
}

async function run(server, ca, library, fault) {
  const name = `${library}-${fault.replace(/[^a-z0-9]/g, "-")}`;
  const script = fileURLToPath(new URL("contender.mjs", import.meta.url));
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: ca };
  const options = { execArgv: ["--expose-gc"], env, stdio: ["ignore", "inherit", "inherit", "ipc"] };
  const child = fork(script, [library, fault, `${server.origin}/${name}`], options);
  const result = await new Promise((resolve, reject) => {
    child.on("message", ({ mode, result }) => {
      if (result) return resolve(result);
      server.modes[name] = mode;
      if (mode.elsewhere) server.modes.elsewhere = { how: "keys", jwks: mode.elsewhere };
      child.send("served");
    });
    child.once("exit", (code) => reject(new Error(`${library} under "${fault}" ended with ${code}`)));
  });
  return { ...result, fetches: server.counts[name] ?? 0, bytesSent: server.sent[name] ?? 0 };
}
