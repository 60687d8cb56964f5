// The real parts behind the bad network: an OpenID provider, and workerd with the endpoints, a durable store and the API.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, until } from "../endpoints/stack.mjs";
import { start as startChild } from "../engines/child.mjs";
import { install } from "./install.mjs";
import { startProxy } from "./proxy.mjs";

const workerd = fileURLToPath(new URL("../../node_modules/workerd/bin/workerd", import.meta.url));

/**
 * The rotation's constants, shrunk so that minutes hold hundreds of refreshes. The client's own time-out stays at ten
 * seconds: in its place the proxy cuts what takes longer than `timeout`.
 */
export const TIMING = { timeout: 4000, overlap: 8000, rest: 8000, late: 30_000 };
/** Every window shut: nobody is forgiven a spent handle. */
export const STRICT = { timeout: 0, overlap: 0, rest: 0, late: 0 };
/** The latest a request is sent on: what `late` allows, less what a browser may have kept it waiting before. */
const LATE = TIMING.late - TIMING.overlap - TIMING.timeout - 9000;
/** Longer than a handle rests. */
const TOKEN_SECONDS = 12;

const connects = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });

/** Starts everything. `weather` is the network's; see `proxy.mjs`. */
export const start = async ({ seed, timing, report }) => {
  const proxy = await startProxy();
  const installed = install();
  const stack = await describe({ accessTokenSeconds: TOKEN_SECONDS, timing, site: installed.folder });
  for (const name of ["inpage", "app", "vault", "api"]) {
    stack.origins[name] = `https://${name}.strongroom.localhost:${proxy.port}`;
  }
  const file = path.join(stack.dir, "stack.json");
  writeFileSync(file, JSON.stringify(stack));
  const children = [];
  const stop = async () => {
    proxy.close();
    await Promise.all(children.map((child) => child.end()));
    rmSync(stack.dir, { recursive: true, force: true });
    installed.remove();
  };
  try {
    const script = (name) => path.join(installed.folder, name);
    execFileSync(process.execPath, [script("workers/build.mjs"), file], { stdio: "inherit" });
    children.push(startChild(process.execPath, [script("provider/main.mjs"), file]));
    await children[0].printed(/^ready /m);
    children.push(startChild(workerd, ["serve", path.join(stack.dir, "stack.capnp")]));
    await until(() => connects(stack.ports.site), "workerd");
    const tls = { key: readFileSync(stack.tls.key), cert: readFileSync(stack.tls.cert) };
    const ca = readFileSync(stack.tls.ca);
    const { ports } = stack;
    const weather = proxy.serve({ tls, ca, ports, seed, timeout: TIMING.timeout, late: LATE, report });
    return { origins: stack.origins, certificate: tls.cert.toString(), weather, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
