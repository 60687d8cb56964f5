// The real parts under test: an OpenID provider and workerd with the demo's workers, over TLS. Taken from
// STRONGROOM_STACK where a stack is running already, else started here and ended with the test.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const www = path.join(root, "www");
const NAMES = ["inpage", "app", "vault", "api", "id"];

/** The rotation's constants, shrunk so that a test need not wait minutes. */
export const TIMING = { timeout: 1000, overlap: 2000, rest: 2000, late: 4000 };

/** A description of a stack that runs nowhere yet, with keys of its own in a folder that `stop` deletes. */
export async function describe(overrides = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), "strongroom-endpoints-"));
  const [site, api, id] = await freePorts(3);
  const origin = (name, port) => `https://${name}.strongroom.localhost:${port}`;
  const secret = () => randomBytes(32).toString("base64url");
  const stack = {
    ports: { site, api, id },
    origins: {
      ...Object.fromEntries(["inpage", "app", "vault"].map((name) => [name, origin(name, site)])),
      api: origin("api", api),
      id: origin("id", id),
    },
    tls: certificates(dir),
    accessTokenSeconds: 10,
    timing: TIMING,
    secrets: [secret()],
    clients: {
      inpage: { id: "strongroom-inpage", secret: secret() },
      isolated: { id: "strongroom-isolated", secret: secret() },
    },
    dir,
    site: pages(dir),
    ...overrides,
  };
  writeFileSync(path.join(dir, "stack.json"), JSON.stringify(stack));
  return stack;
}

/** The whole stack. `provider` can be stopped and started, keeping what it knows. */
export async function start(overrides) {
  if (process.env.STRONGROOM_STACK) {
    const stack = JSON.parse(readFileSync(process.env.STRONGROOM_STACK, "utf8"));
    return { stack, provider: control(stack.pids.provider, stack.ports.id), stop: async () => {} };
  }
  const stack = await describe(overrides);
  const file = path.join(stack.dir, "stack.json");
  const children = [];
  const stop = async () => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(stack.dir, { recursive: true, force: true });
  };
  process.once("exit", () => children.forEach((child) => child.kill("SIGKILL")));
  try {
    execFileSync(process.execPath, [path.join(www, "workers/build.mjs"), file], { stdio: "inherit" });
    children.push(await startProvider(stack));
    const workerd = path.join(root, "node_modules/workerd/bin/workerd");
    const serve = ["serve", path.join(stack.dir, "stack.capnp")];
    children.push(spawn(workerd, serve, { stdio: ["ignore", "inherit", "inherit"] }));
    await until(() => connects(stack.ports.site), "workerd");
    return { stack, provider: control(children[0].pid, stack.ports.id), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Only the provider. */
export async function startProvider(stack) {
  const script = path.join(www, "provider/main.mjs");
  const child = spawn(process.execPath, [script, path.join(stack.dir, "stack.json")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => String(text).startsWith("ready ") && resolve());
    child.once("exit", (code) => reject(new Error(`the provider ended with ${code}`)));
  });
  return child;
}

/** What can happen to a provider: its port closes, or it takes connections and does not answer. */
function control(pid, port) {
  const toggle = async (up) => {
    process.kill(pid, "SIGUSR2");
    await until(async () => (await connects(port)) === up, "the provider");
  };
  return {
    down: () => toggle(false),
    up: () => toggle(true),
    hang: () => process.kill(pid, "SIGSTOP"),
    resume: () => process.kill(pid, "SIGCONT"),
  };
}

/** Pages enough to serve: what is in them is the demo's business. */
function pages(dir) {
  for (const name of ["app", "vault"]) {
    mkdirSync(path.join(dir, "dist", name, "assets"), { recursive: true });
    writeFileSync(path.join(dir, "dist", name, "index.html"), `<!doctype html><title>${name}</title>`);
    writeFileSync(path.join(dir, "dist", name, "assets/main-1a2b.js"), "export {};");
  }
  return dir;
}

/** A throw-away authority and one certificate for all names. */
function certificates(dir) {
  const file = (name) => path.join(dir, name);
  const openssl = (...parameters) => execFileSync("openssl", parameters, { stdio: "ignore" });
  const key = (out) => [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    file(out),
  ];
  openssl(
    "req",
    "-x509",
    ...key("ca.key"),
    "-out",
    file("ca.pem"),
    "-days",
    "2",
    "-subj",
    "/CN=Throw-away authority",
  );
  openssl("req", ...key("key.pem"), "-out", file("request.pem"), "-subj", "/CN=Strongroom test");
  const names = NAMES.map((name) => `DNS:${name}.strongroom.localhost`).join(",");
  writeFileSync(file("names.cnf"), `subjectAltName=${names}\n`);
  const signer = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial"];
  const signing = [
    "x509",
    "-req",
    "-in",
    file("request.pem"),
    ...signer,
    "-days",
    "2",
    "-extfile",
    file("names.cnf"),
  ];
  openssl(...signing, "-out", file("cert.pem"));
  return { ca: file("ca.pem"), cert: file("cert.pem"), key: file("key.pem") };
}

/** Ports that nobody listens on. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function connects(port) {
  const { connect } = await import("node:net");
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Lets time pass. */
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until `check` is true, for 20 seconds at most. */
export async function until(check, what) {
  const deadline = Date.now() + 20_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`${what} does not come up`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
