// The SQLite store on the SQLite of the runtime that runs this: bun:sqlite in Bun, node:sqlite elsewhere. Takes a
// folder; prints one JSON line per case.
import { createEndpoints } from "strongroom/endpoints";
import { sqliteStore } from "strongroom/stores/sqlite";
import { storeCases } from "strongroom/stores/testing";
import { ROUNDS, refreshAtOnceOver } from "../app.mjs";
import { report } from "./report.mjs";

const Database = globalThis.Bun
  ? (await import("bun:sqlite")).Database
  : (await import("node:sqlite")).DatabaseSync;
const { argv } = globalThis.process;

/** A store over a connection of its own. */
function open(name) {
  return sqliteStore(new Database(`${argv.at(-1)}/${name}.db`));
}

/** Lets time pass for what is kept beside the sessions. */
async function pass(milliseconds) {
  const database = new Database(`${argv.at(-1)}/conformance.db`);
  database.exec("PRAGMA busy_timeout = 5000");
  database.exec(`UPDATE strongroom_subjects SET until = until - ${milliseconds}`);
  database.close();
}

const cases = storeCases(() => open("conformance"), { rounds: ROUNDS, pass });
cases.push({
  name: "of 50 refreshes of one handle at once exactly one rotates",
  run: () =>
    refreshAtOnceOver(
      createEndpoints,
      Array.from({ length: 4 }, () => open("refreshes")),
    ),
});
await report(cases);
