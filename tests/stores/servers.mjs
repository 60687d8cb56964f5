// Real servers of the operating system's packages, on free loopback ports and in folders of their own. Each can be
// killed, started again on the same data, and given back an older copy of them.
import { execFileSync, spawn } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { program } from "../engines/find.mjs";

/** Redis that loses nothing: each write is on disk before it is answered. */
export async function startRedis() {
  const server = program({
    what: "Redis",
    env: "REDIS_SERVER",
    candidates: ["redis-server", "valkey-server"],
    install: "apt-get install redis-server",
  });
  const durable = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];
  return start("redis", {
    create: (data) => mkdirSync(data),
    command: (data, port) => [
      server,
      ["--port", port, "--bind", "127.0.0.1", "--dir", data, ...durable, "--maxmemory-policy", "noeviction"],
    ],
    isReady: async (port) => (await say(port, "PING\r\n")).startsWith("+PONG"),
  });
}

/**
 * PostgreSQL with `synchronous_commit` off and its log written out late: what the store writes must be on disk all the
 * same. It refuses to run as root; its packages bring the user `postgres` for that.
 */
export async function startPostgres() {
  const postgres = postgresProgram();
  const user = process.getuid() === 0 ? userNamed("postgres") : {};
  const settings = [
    ...["synchronous_commit=off", "wal_writer_delay=10s", "log_min_messages=panic"],
    ...["listen_addresses=127.0.0.1", "max_connections=100"],
  ];
  return start("postgres", {
    user,
    create: (data) => {
      const options = ["-U", "strongroom", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
      execFileSync(path.join(path.dirname(postgres), "initdb"), ["-D", data, ...options], {
        ...{ stdio: ["ignore", "ignore", "inherit"], cwd: path.dirname(data) },
        ...user,
      });
    },
    command: (data, port) => [
      postgres,
      ["-D", data, "-p", port, "-k", path.dirname(data), ...settings.flatMap((setting) => ["-c", setting])],
    ],
    // A start-up packet: answered with `R` once the server has recovered, with an error before.
    isReady: async (port) => (await say(port, startUp("strongroom", "postgres"))).startsWith("R"),
  });
}

function postgresProgram() {
  const versions = "/usr/lib/postgresql";
  let installed = [];
  try {
    installed = readdirSync(versions).sort((a, b) => Number(b) - Number(a));
  } catch {
    // Not Debian's.
  }
  const found = program({
    what: "PostgreSQL",
    env: "POSTGRES",
    candidates: [...installed.map((version) => `${versions}/${version}/bin/postgres`), "postgres"],
    install: "apt-get install postgresql",
  });
  // `initdb` is beside the real one.
  return realpathSync(found);
}

/** The first message of PostgreSQL's protocol, version 3. */
function startUp(user, database) {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

function userNamed(name) {
  const [uid, gid] = ["-u", "-g"].map((flag) =>
    Number(execFileSync("id", [flag, name], { encoding: "utf8" })),
  );
  return { uid, gid };
}

async function start(name, { create, command, isReady, user = {} }) {
  const dir = mkdtempSync(path.join(tmpdir(), `strongroom-${name}-`));
  if (user.uid !== undefined) chownSync(dir, user.uid, user.gid);
  const [data, port] = [path.join(dir, "data"), await freePort()];
  create(data);

  let child;
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const end = () => child && !ended() && child.kill("SIGKILL");
  const run = async () => {
    const [file, parameters] = command(data, String(port));
    child = undefined;
    await until(async () => {
      // What is left of a killed server may still hold its lock for a moment.
      if (!child || ended()) child = spawn(file, parameters, { stdio: "ignore", cwd: dir, ...user });
      return isReady(port);
    }, `${name} on port ${port}`);
  };
  const kill = async () => {
    end();
    await until(() => ended() && connects(port).then((open) => !open), `the end of ${name}`);
  };
  const forget = () => rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  const done = atExit(() => {
    end();
    forget();
  });
  await run();
  return {
    port,
    get pid() {
      return child.pid;
    },
    /** `kill -9`. */
    kill,
    /** Starts again on the same data. */
    restart: run,
    /** Copies the data of a server that was killed, and gives a function that puts the copy back. */
    snapshot: () => {
      const copy = path.join(dir, "copy");
      execFileSync("cp", ["-a", data, copy]);
      return () => {
        rmSync(data, { recursive: true });
        execFileSync("cp", ["-a", copy, data]);
      };
    },
    stop: async () => {
      // PostgreSQL's immediate shutdown: the data go away anyway, but its processes end in order.
      child.kill(name === "postgres" ? "SIGQUIT" : "SIGTERM");
      await until(ended, `the end of ${name}`);
      done();
      forget();
    },
  };
}

/** Calls `clear` if this process ends early, also by a signal; gives a function that takes that back. */
export function atExit(clear) {
  const exit = () => process.exit(1);
  process.once("exit", clear).once("SIGINT", exit).once("SIGTERM", exit);
  return () => {
    process.removeListener("exit", clear).removeListener("SIGINT", exit).removeListener("SIGTERM", exit);
  };
}

/** A port of the loopback interface that nobody uses. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until `check` is true, for 30 seconds at most. */
export async function until(check, what) {
  const deadline = Date.now() + 30_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`${what} is not there after 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Whether anything listens there. */
export async function connects(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** The first bytes that a server answers; empty if it does not. */
function say(port, text) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => socket.write(text));
    socket.once("data", (bytes) => done(bytes.toString("latin1")));
    socket.once("error", () => done("")).once("close", () => done(""));
  });
}
