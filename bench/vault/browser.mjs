// One engine's run: sign in with every SDK, then let them take turns.
import { launch } from "../../tests/engines/index.mjs";

const MB = 1e6;
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits for something in the page that survives navigations; meanwhile fills in the provider's form. */
const until = async (page, check, what) => {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await page
      .evaluate(() => {
        const field = document.querySelector("[name=login]");
        if (field && !field.value) {
          field.value = "ada";
          document.querySelector("[name=password]").value = "any";
          setTimeout(() => field.form.requestSubmit(), 0);
        }
        return { at: location.href, state: globalThis.bench?.state() };
      })
      .catch(() => undefined);
    if (found && check(found)) return found;
    if (Date.now() > deadline) throw new Error(`${what}: ${JSON.stringify(found)}`);
    await sleep(100);
  }
};

const leave = (page) => page.evaluate(() => globalThis.bench.leave());

/** The vault's cookie first, then the others: the last one's tokens live in the page's memory alone. */
const signIn = async (browser, jar, origins, failures) => {
  const main = await jar.open();
  await main.goto(`${origins.app}/auth/login?return_to=${encodeURIComponent(`${origins.app}/`)}`);
  await until(
    main,
    ({ at, state }) => at === `${origins.app}/` && state?.vault === "signed-in",
    "the vault's sign-in",
  );
  await leave(main);
  await until(main, ({ state }) => state?.back && state.vault === "signed-in", "auth0's sign-in");
  let other;
  try {
    other = await jar.open();
    await other.goto(`${origins.app}/axa/`);
    await until(other, ({ state }) => state, "axa's page");
    await leave(other);
    await until(other, ({ state }) => state?.signedIn && state.controlled, "axa's sign-in");
  } catch (error) {
    failures.axa = String(error.message).split("\n")[0];
    await other?.close().catch(() => {});
    other = undefined;
  }
  return { main, other };
};

/**
 * `{ engine, version, times, parallel, memory, failures }`: milliseconds by kind of request and contender; the rounds of
 * one kind belong together.
 */
export const measure = async (engine, { origins, certificate }, plan) => {
  const begin = Date.now();
  const done = (what) => console.error(`  ${engine}: ${what} (${Math.round((Date.now() - begin) / 1000)} s)`);
  const browser = await launch(engine, { certificate });
  const result = { engine, version: browser.version, times: {}, parallel: {}, memory: {}, failures: {} };
  try {
    const { main, other } = await signIn(browser, await browser.jar(), origins, result.failures);
    result.isolated = (await main.evaluate(() => globalThis.bench.state())).isolated;
    const call = (page, method, ...given) =>
      page.evaluate((method, given) => globalThis.bench[method](...given), method, given);
    for (const page of [main, other]) if (page) await call(page, "setSize", plan.megabytes * MB);

    for (const { kind, names, rounds, blocks } of plan.kinds) {
      const times = (result.times[kind] = Object.fromEntries(names.map((name) => [name, []])));
      const add = (more) => {
        for (const [name, values] of Object.entries(more)) (times[name] ??= []).push(...values);
      };
      const each = Math.ceil(rounds / blocks);
      const warm = Math.min(each, rounds > 100 ? 20 : 2);
      await call(main, "turns", names, warm, kind);
      const peers = other && names.includes("auth0");
      if (peers) await call(other, "turns", [], warm, kind);
      const end = Date.now() + plan.limit;
      const enough = () => Date.now() > end && times.fetch.length >= plan.least;
      for (let block = 0; block < blocks && !enough(); block++) {
        add(await call(main, "turns", names, each, kind));
        if (peers) add(await call(other, "turns", [], each, kind));
      }
      done(kind);
    }
    for (const host of ["api", "wide"]) {
      for (const name of ["fetch", "vault"]) {
        result.parallel[`${name}, ${host}`] = await call(main, "parallel", name, host, plan.parallel);
        done(`${plan.parallel} requests at once: ${name}, ${host}`);
      }
    }
    if (engine === "chromium" && plan.open) {
      for (const name of ["fetch", "vault", "fetch", "vault"]) {
        (result.memory[name] ??= []).push(await call(main, "memory", name, plan.open));
        done(`memory: ${name}`);
      }
    }
  } finally {
    await browser.close();
  }
  return result;
};
