// One tab of a busy user: it fetches again and again, tries again as an application would, and reports what it met.
import { openVault } from "/sdk/index.js";

const MOST_TRIES = 40;
/** Errors that mean: sign in again. */
const OVER = ["signed_out", "session_ended"];

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const name = new URLSearchParams(location.search).get("tab");
const events = [];
const say = (event) => events.push({ tab: name, ...event });
const flush = async () => {
  if (events.length === 0) return;
  const body = JSON.stringify(events.splice(0));
  await fetch("/tabs/report", { method: "POST", body, keepalive: true });
};
setInterval(flush, 500);
addEventListener("pagehide", () => void flush());

const { mode, endpoints, resources, vault: isolated, api } = await (await fetch("/config.json")).json();
const vault = await openVault(mode === "isolated" ? { isolated } : { endpoints, resources });
let said;
const look = () => {
  const { status } = vault.session;
  if (status !== said) say({ kind: "status", status });
  said = status;
};
vault.subscribe(look);
look();

let count = 0;
let stopped = false;

/** One request, until it succeeds. Both resources have a token of their own. */
const request = async () => {
  const url = `${api}/v${1 + (count++ % 2)}/me`;
  for (let tries = 1; ; tries++) {
    const problem = await vault.fetch(url).then(
      async (response) => {
        if (response.status === 200) return void (await response.json());
        return `status ${response.status}`;
      },
      (error) => error.code ?? error.name,
    );
    if (problem === undefined) return say({ kind: "fetched", tries });
    say({ kind: "met", problem });
    if (OVER.includes(problem) || tries === MOST_TRIES) return say({ kind: "gave up", problem });
    await sleep(100 + Math.random() * 400);
  }
};

const running = (async () => {
  while (!stopped) {
    await request();
    await sleep(200 + Math.random() * 1300);
  }
})();
const bursts = new Set();

globalThis.tab = {
  /** Many requests at once. */
  burst: (size) => {
    const all = Promise.all(Array.from({ length: size }, request));
    bursts.add(all);
    void all.finally(() => bursts.delete(all));
  },
  /** Waits until nothing is open any more, then asks once more for each resource. */
  finish: async () => {
    stopped = true;
    await running;
    await Promise.all(bursts);
    await Promise.all([request(), request()]);
    await flush();
    return vault.session.status;
  },
};
