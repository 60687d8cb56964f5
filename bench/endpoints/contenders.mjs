// Who is measured: how its sessions are begun, what a refresh asks, and which answer is one. `parts` are the processes whose time counts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { atExit, startPostgres, startRedis } from "../../tests/stores/servers.mjs";
import { Connection, cookiesOf, request, takeCookies } from "./http.mjs";
import { attempt } from "./load.mjs";
import { BUN, NODE, startServer, startWorkerd } from "./processes.mjs";

/** What was started last is stopped first. */
export class Stack {
  #stops = [];

  async start(starting) {
    const started = await starting;
    this.#stops.push(started.stop);
    return started;
  }

  folder() {
    const dir = mkdtempSync(path.join(tmpdir(), "strongroom-bench-"));
    const remove = () => rmSync(dir, { recursive: true, force: true });
    const done = atExit(remove);
    this.#stops.push(() => {
      done();
      remove();
    });
    return dir;
  }

  async stop() {
    for (const stop of this.#stops.reverse()) await stop();
  }
}

/** Endpoints of ours at a port. `extra` goes along with each login. */
function ours(name, { port, path = "/auth", parts, about, group = "stores", extras = [] }) {
  const origin = `http://127.0.0.1:${port}`;
  const headers = { origin, "content-type": "application/json" };
  return {
    ...{ name, port, parts, about, group, sessions: [] },
    async begin(count) {
      const connection = await Connection.open(port);
      for (let number = this.sessions.length; this.sessions.length < count; number++) {
        const session = new Map();
        const more = new URLSearchParams({ subject: `user-${number}`, ...extras[number] });
        let address = `${path}/login`;
        for (let hops = 0; address.startsWith(`${path}/`); hops++) {
          if (hops > 5) throw new Error(`${name}: a login goes round`);
          const text = request("GET", address, port, { cookie: cookiesOf(session) });
          const { status, head, body } = await connection.send(text);
          takeCookies(session, head);
          const location = /\r\nlocation: *([^\r]*)/i.exec(head)?.[1];
          if (status < 300 || status > 399 || !location) throw new Error(`${name}: ${status} ${body}`);
          const next = new URL(location, origin);
          for (const [key, value] of more) next.searchParams.set(key, value);
          address = next.pathname + next.search;
        }
        this.sessions.push(session);
      }
      connection.close();
    },
    request: (session) =>
      request(
        "POST",
        `${path}/refresh`,
        port,
        { ...headers, "strongroom-attempt": attempt(), cookie: cookiesOf(session) },
        "{}",
      ),
    accept(session, { status, head, body }) {
      if (status !== 200 || !/\r\nstrongroom-outcome: rotated/i.test(head))
        throw new Error(`${name}: ${status} ${/strongroom-outcome: \S*/i.exec(head)} ${body}`);
      takeCookies(session, head);
    },
  };
}

/** Ours over a store that has a server of its own, or none. */
export async function overStore(stack, kind) {
  const settings = { kind, mode: "held" };
  switch (kind) {
    case "redis":
    case "postgres": {
      const database = await stack.start(kind === "redis" ? startRedis() : startPostgres());
      const own = await stack.start(
        startServer(NODE, "endpoints.mjs", { ...settings, where: database.port }),
      );
      const name = kind === "redis" ? "Redis" : "PostgreSQL";
      return ours(name, {
        port: own.port,
        parts: { server: [own.pid], database: [database.pid] },
        about: "Node",
      });
    }
    case "sqlite": {
      const where = path.join(stack.folder(), "sessions.db");
      const { port, pid } = await stack.start(startServer(BUN, "endpoints.mjs", { ...settings, where }));
      return ours("SQLite", { port, parts: { server: [pid] }, about: "Bun, `bun:sqlite`" });
    }
    default: {
      const runtime = kind === "memory on Bun" ? BUN : NODE;
      const { port, pid } = await stack.start(
        startServer(runtime, "endpoints.mjs", { ...settings, kind: "memory" }),
      );
      return ours(kind, { port, parts: { server: [pid] }, about: runtime === BUN ? "Bun" : "Node" });
    }
  }
}

/** All of them; `count` sessions each. */
export async function all(stack, count) {
  const stores = [];
  for (const kind of ["memory", "memory on Bun", "sqlite", "redis", "postgres"])
    stores.push(await overStore(stack, kind));
  const { port, pid } = await stack.start(startWorkerd(stack.folder()));
  const inWorkerd = { port, parts: { server: [pid] }, about: "workerd" };
  stores.push(ours("Durable Object", { ...inWorkerd, path: "/durable-object" }));
  stores.push(ours("D1", { ...inWorkerd, path: "/d1" }));

  const provider = await stack.start(startServer(NODE, "provider.mjs", {}));
  const issuer = `http://127.0.0.1:${provider.port}`;
  const mint = async () => (await fetch(`${issuer}/mint?count=${count}`)).json();
  const asking = await stack.start(
    startServer(NODE, "endpoints.mjs", { kind: "memory", mode: "asking", issuer }),
  );
  const issuing = await stack.start(startServer(NODE, "endpoints.mjs", { kind: "memory", mode: "issuing" }));
  const express = await stack.start(startServer(NODE, "express.mjs", { issuer }));
  const others = [
    ours("strongroom, asking the provider", {
      port: asking.port,
      parts: { server: [asking.pid], provider: [provider.pid] },
      ...{ about: "Node, memory store", group: "handlers" },
      extras: (await mint()).map((refreshToken) => ({ refreshToken })),
    }),
    handler(express.port, { server: [express.pid], provider: [provider.pid] }, await mint()),
    ours("strongroom, issuing", {
      ...{ port: issuing.port, parts: { server: [issuing.pid] } },
      ...{ about: "Node, memory store, ES256", group: "issuers" },
    }),
    grant(provider.port, { server: [provider.pid] }, await mint()),
  ];
  const contenders = [...stores, ...others];
  for (const contender of contenders) await contender.begin(count);
  return contenders;
}

/** express-openid-connect. */
function handler(port, parts, refreshTokens) {
  const name = "express-openid-connect";
  return {
    ...{ name, port, parts, group: "handlers", about: "Node, session in the cookie", sessions: [] },
    async begin() {
      const connection = await Connection.open(port);
      for (const token of refreshTokens) {
        const session = new Map();
        const { status, head } = await connection.send(
          request("GET", `/seed?refresh_token=${token}`, port, {}),
        );
        if (status !== 200) throw new Error(`${name}: ${status}`);
        takeCookies(session, head);
        this.sessions.push(session);
      }
      connection.close();
    },
    request: (session) => request("POST", "/refresh", port, { cookie: cookiesOf(session) }),
    accept(session, { status, head, body }) {
      if (status !== 200 || !/\r\nset-cookie: *appSession/i.test(head))
        throw new Error(`${name}: ${status} ${body}`);
      takeCookies(session, head);
    },
  };
}

/** oidc-provider's own grant. */
function grant(port, parts, refreshTokens) {
  const name = "oidc-provider, refresh_token grant";
  const headers = {
    authorization: `Basic ${Buffer.from("bench:bench-secret").toString("base64")}`,
    "content-type": "application/x-www-form-urlencoded",
  };
  return {
    ...{ name, port, parts, group: "issuers", about: "Node, in memory, ES256" },
    sessions: refreshTokens.map((token) => ({ token })),
    begin: async () => {},
    request: ({ token }) =>
      request("POST", "/token", port, headers, `grant_type=refresh_token&refresh_token=${token}`),
    accept(session, { status, body }) {
      const { access_token: access, refresh_token: next } = status === 200 ? JSON.parse(body) : {};
      if (!access?.startsWith("ey") || !next || next === session.token)
        throw new Error(`${name}: ${status} ${body}`);
      session.token = next;
    },
  };
}
