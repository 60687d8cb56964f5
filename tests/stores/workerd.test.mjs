// The Durable Object store and the D1 store in workerd, on disk.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { storeCases } from "strongroom/stores/testing";
import { Browser, ROUNDS, refreshAtOnce } from "./app.mjs";
import { bundle } from "./bundle.mjs";
import { atExit, connects, freePort, until } from "./servers.mjs";

const dir = mkdtempSync(path.join(tmpdir(), "strongroom-workerd-"));
let child, origin;

before(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  await bundle("workerd/worker.mjs", path.join(dir, "worker.js"), ["workerd"]);
  await bundle("workerd/d1-database.mjs", path.join(dir, "d1-database.js"), ["workerd"]);
  const wasm = new URL("session_bg.wasm", import.meta.resolve("strongroom/endpoints"));
  copyFileSync(fileURLToPath(wasm), path.join(dir, "session_bg.wasm"));
  for (const folder of ["objects", "database"]) mkdirSync(path.join(dir, folder));
  writeFileSync(path.join(dir, "stores.capnp"), config(port));
  const workerd = createRequire(import.meta.url).resolve("workerd/bin/workerd");
  child = spawn(workerd, ["serve", "--experimental", path.join(dir, "stores.capnp")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  await until(() => connects(port), "workerd");
  assert.equal(await (await fetch(`${origin}/tables`)).text(), "created");
});
const clear = () => {
  child?.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
};
const done = atExit(clear);
after(() => {
  done();
  clear();
});

for (const store of ["durable-object", "d1"]) {
  describe(store, () => {
    for (const { name } of storeCases(() => assert.fail("only their names are wanted"))) {
      test(name, async () => {
        const answer = await fetch(`${origin}/case/${store}?name=${encodeURIComponent(name)}`);
        assert.equal(await answer.text(), "");
      });
    }

    test("of 50 refreshes of one handle at once exactly one rotates", async () => {
      const open = () => new Browser(fetch, { origin, path: `/${store}` });
      await refreshAtOnce(open, (milliseconds) => fetch(`${origin}/clock/${milliseconds}`));
    });
  });
}

test("a Durable Object clears away what has expired by itself", async () => {
  const kept = async (name) => (await fetch(`${origin}/kept?object=${encodeURIComponent(name)}`)).json();
  assert.equal(await (await fetch(`${origin}/expire`)).text(), "written");
  assert.deepEqual(await kept("value:!!"), [0, 1]);
  assert.deepEqual(await kept("shard:ending"), [1, 0]);
  await until(async () => (await kept("value:!!"))[1] === 0, "the value's end");
  await until(async () => (await kept("shard:ending"))[0] === 0, "the session's end");
});

function config(port) {
  const wasm = `(name = "session_bg.wasm", wasm = embed "session_bg.wasm")`;
  const disk = (name) =>
    `(name = "${name}", disk = (path = ${JSON.stringify(path.join(dir, name))}, writable = true))`;
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "stores", worker = .stores),
    (name = "d1", worker = .d1),
    ${disk("objects")},
    ${disk("database")},
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "stores")],
);

const stores :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), ${wasm}],
  compatibilityDate = "2026-10-23",
  bindings = [
    (name = "ORIGIN", text = "${origin}"),
    (name = "ROUNDS", text = "${ROUNDS}"),
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
