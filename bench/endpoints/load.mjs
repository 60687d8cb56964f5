// Clients that ask as soon as they have been answered, for a while.
import { randomBytes } from "node:crypto";
import { quantile } from "../vault/statistics.mjs";
import { Connection } from "./http.mjs";
import { cpuSeconds } from "./machine.mjs";

/** Sixteen bytes each. Drawn at random they would be the clients' work, which have enough of it. */
const prefix = randomBytes(9).toString("base64url");
let count = 0;
export const attempt = () => `${prefix}${String(count++).padStart(9, "0")}A`;

/**
 * Refreshes of so many clients at once, each with sessions of its own that it takes in turns: how many a second, how long they
 * took in milliseconds, and the processor's microseconds for each, by part. Throws if one of them is no refresh.
 */
export async function slice(contender, clients, milliseconds) {
  const { port, sessions, parts } = contender;
  const connections = await Promise.all(Array.from({ length: clients }, () => Connection.open(port)));
  const before = Object.entries(parts).map(([, pids]) => cpuSeconds(pids));
  const times = [];
  const start = performance.now();
  const client = async (connection, index) => {
    // Nobody else has these: two that use one handle at once are not what is measured.
    const own = sessions.filter((_, at) => at % clients === index);
    for (let turn = 0; performance.now() - start < milliseconds; turn++) {
      const session = own[turn % own.length];
      const asked = performance.now();
      const answer = await connection.send(contender.request(session));
      times.push(performance.now() - asked);
      contender.accept(session, answer);
    }
  };
  await Promise.all(connections.map(client));
  const seconds = (performance.now() - start) / 1000;
  const after = Object.entries(parts).map(([, pids]) => cpuSeconds(pids));
  for (const connection of connections) connection.close();
  const micros = Object.keys(parts).map((part, at) => [
    part,
    ((after[at] - before[at]) * 1e6) / times.length,
  ]);
  return {
    refreshes: times.length,
    perSecond: times.length / seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    micros: Object.fromEntries(micros),
  };
}
