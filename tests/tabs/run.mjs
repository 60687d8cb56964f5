// Many tabs of one user in one real browser, a bad network, and tabs that come and go: nobody may be logged out.
import { launch } from "../engines/index.mjs";
import { openTab, signIn } from "./browser.mjs";
import { counter, dice, sleep } from "./dice.mjs";
import { start, TIMING } from "./stack.mjs";

/** What a tab goes through, by weight; an engine leaves out what its driver cannot do. */
const MISHAPS = { reload: 25, "closed and opened": 20, burst: 20, crash: 12, frozen: 12, stopped: 11 };
/** Seconds between two mishaps of one tab. */
const EVERY = [6, 30];
/** Every fifth tab uses the isolated vault, with a session of its own in the same jar. */
const ISOLATED = 5;

/**
 * `engine`, `tabs`, `seconds`, `seed`, and the rotation's `timing`. Gives what happened, as JSON.
 *
 * @returns {Promise<object>}
 */
export const run = async ({ engine, tabs: count, seconds, seed, timing = TIMING }) => {
  const seen = { statuses: counter(), problems: counter(), mishaps: counter() };
  const result = {
    engine,
    tabs: count,
    seconds,
    seed,
    timing,
    fetched: 0,
    repeated: 0,
    gaveUp: [],
    loggedOut: [],
  };
  const report = (event) => {
    if (event.kind === "fetched") {
      result.fetched += 1;
      result.repeated += event.tries > 1 ? 1 : 0;
    } else if (event.kind === "met") {
      seen.problems.add(event.problem);
    } else if (event.kind === "gave up") {
      result.gaveUp.push(event);
    } else {
      seen.statuses.add(event.status);
      if (event.status === "signed-out") result.loggedOut.push(event);
    }
  };
  const { origins, certificate, weather, stop } = await start({ seed, timing, report });
  const browser = await launch(engine, { certificate }).catch(async (error) => {
    await stop();
    throw error;
  });
  try {
    result.version = browser.version;
    const jar = await browser.jar();
    const isolated = (at) => at % ISOLATED === ISOLATED - 1;
    const first = await jar.open();
    const sites = [{ app: origins.inpage, home: origins.inpage }];
    if (count >= ISOLATED) sites.push({ app: origins.app, home: origins.vault });
    for (const { app, home } of sites) {
      const back = `${app}/assets/none.html`; // an address without a vault: tabs open later
      await signIn(first, `${home}/auth/login?return_to=${encodeURIComponent(back)}`, app);
    }
    const tabs = [];
    for (let at = 0; at < count; at++) {
      const url = `${isolated(at) ? origins.app : origins.inpage}/?tab=${at}`;
      tabs.push(await openTab(jar, url, engine));
    }
    await first.close();

    weather.storm(true);
    const end = Date.now() + seconds * 1000;
    const live = async (tab, at) => {
      const chance = dice(seed, `tab ${at}`);
      const weights = Object.fromEntries(tab.actions.map((name) => [name, MISHAPS[name]]));
      for (;;) {
        const pause = chance.between(...EVERY) * 1000;
        const mishap = chance.pick(weights);
        if (Date.now() + pause > end) return sleep(end - Date.now());
        await sleep(pause);
        seen.mishaps.add(mishap);
        await tab.befall(mishap, chance);
      }
    };
    await Promise.all(tabs.map(live));
    weather.storm(false);
    result.ends = await Promise.all(tabs.map((tab) => tab.finish()));
    await sleep(1000); // the last reports
  } finally {
    await browser.close();
    await stop();
  }
  const { faults, outcomes, ended } = weather;
  const refreshes = Object.entries(outcomes).filter(([name]) => name.startsWith("refresh "));
  return {
    ...result,
    refreshes: refreshes.reduce((sum, [, times]) => sum + times, 0),
    outcomes,
    faults,
    mishaps: seen.mishaps.counts,
    problems: seen.problems.counts,
    statuses: seen.statuses.counts,
    ended,
  };
};

const list = (counts) =>
  Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([name, times]) => `${name} ${times}`)
    .join(", ") || "none";

/** What happened, for people. */
export const describe = (result) =>
  [
    `${result.engine} ${result.version}: ${result.tabs} tabs, ${result.seconds} s, seed ${result.seed}`,
    `  refreshes ${result.refreshes}: ${list(result.outcomes)}`,
    `  network: ${list(result.faults)}`,
    `  mishaps: ${list(result.mishaps)}`,
    `  requests of the tabs: ${result.fetched} succeeded, ${result.repeated} of them not at once; ${result.gaveUp.length} given up`,
    `  met on the way: ${list(result.problems)}`,
    `  statuses: ${list(result.statuses)}`,
    `  sessions ended by the server: ${result.ended.length}; tabs that saw a log-out: ${result.loggedOut.length}`,
    `  again: node tests/tabs/main.mjs --engine ${result.engine} --tabs ${result.tabs} --seconds ${result.seconds} --seed ${result.seed}`,
  ].join("\n");
