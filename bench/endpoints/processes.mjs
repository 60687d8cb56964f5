// Starts what is measured, each in a process of its own.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { atExit, connects, freePort, until } from "../../tests/stores/servers.mjs";
import { bundleFile } from "../../tests/stores/bundle.mjs";

const require = createRequire(import.meta.url);
const server = (name) => fileURLToPath(new URL(`servers/${name}`, import.meta.url));
export const NODE = process.execPath;
export const BUN = path.join(require.resolve("bun/package.json"), "../bin/bun.exe"); // on every system

/** A server that takes JSON and prints "ready". */
export async function startServer(runtime, name, settings) {
  const port = await freePort();
  const child = spawn(runtime, [server(name), JSON.stringify({ port, ...settings })], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const stop = stopping(child);
  await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => String(text).includes("ready") && resolve());
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  return { port, pid: child.pid, stop };
}

/** workerd with the Durable Object and the D1 store, on disk. */
export async function startWorkerd(dir) {
  const port = await freePort();
  await bundleFile(server("worker.mjs"), path.join(dir, "worker.js"), ["workerd"]);
  const d1 = new URL("../../tests/stores/workerd/d1-database.mjs", import.meta.url);
  await bundleFile(fileURLToPath(d1), path.join(dir, "d1-database.js"), ["workerd"]);
  const wasm = new URL("session_bg.wasm", import.meta.resolve("strongroom/endpoints"));
  copyFileSync(fileURLToPath(wasm), path.join(dir, "session_bg.wasm"));
  for (const folder of ["objects", "database"]) mkdirSync(path.join(dir, folder));
  writeFileSync(path.join(dir, "bench.capnp"), config(dir, port));
  const workerd = require.resolve("workerd/bin/workerd");
  const child = spawn(workerd, ["serve", "--experimental", path.join(dir, "bench.capnp")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const stop = stopping(child);
  await until(() => connects(port), "workerd");
  const created = await (await fetch(`http://127.0.0.1:${port}/tables`)).text();
  if (created !== "created") throw new Error(`workerd: ${created}`);
  return { port, pid: child.pid, stop };
}

function stopping(child) {
  const end = () => child.kill("SIGKILL");
  const done = atExit(end);
  return async () => {
    done();
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.signalCode === null) {
      end();
      await ended;
    }
  };
}

function config(dir, port) {
  const disk = (name) =>
    `(name = "${name}", disk = (path = ${JSON.stringify(path.join(dir, name))}, writable = true))`;
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "endpoints", worker = .endpoints),
    (name = "d1", worker = .d1),
    ${disk("objects")},
    ${disk("database")},
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "endpoints")],
);

const endpoints :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "session_bg.wasm", wasm = embed "session_bg.wasm"),
  ],
  compatibilityDate = "2026-10-23",
  bindings = [
    (name = "ORIGIN", text = "http://127.0.0.1:${port}"),
    (name = "SECRET", text = "${Buffer.alloc(32, 7).toString("base64url")}"),
    (name = "SESSIONS", durableObjectNamespace = "StrongroomSessions"),
    (name = "DB", wrapped = (
      moduleName = "cloudflare-internal:d1-api",
      innerBindings = [(name = "fetcher", service = "d1")]
    )),
  ],
  durableObjectNamespaces = [(className = "StrongroomSessions", uniqueKey = "stores", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
);

const d1 :Workerd.Worker = (
  modules = [(name = "d1-database.js", esModule = embed "d1-database.js")],
  compatibilityDate = "2026-10-23",
  bindings = [(name = "DATABASE", durableObjectNamespace = "Database")],
  durableObjectNamespaces = [(className = "Database", uniqueKey = "d1", enableSql = true)],
  durableObjectStorage = (localDisk = "database"),
);
`;
}
