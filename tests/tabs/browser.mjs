// One tab in a real browser, and what can befall it: it is loaded anew, closed in the middle, crashes, sleeps.
import { readdirSync, readFileSync } from "node:fs";
import { sleep } from "./dice.mjs";

const within = (promise, milliseconds, what) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** The processes below this one in which pages run. */
const renderers = () => {
  const children = new Map();
  const found = new Set();
  for (const pid of readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    try {
      const parent = Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))[1]);
      const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
      children.set(parent, [...(children.get(parent) ?? []), pid]);
      // Chromium rewrites its line into one word.
      if (/ (-isForBrowser|--type=renderer) /.test(words.join(" "))) found.add(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (pid) => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(process.pid).filter((pid) => found.has(pid));
};

/** Sends a signal to a process that may have ended. */
const signal = (pid, name) => {
  try {
    process.kill(pid, name);
  } catch {
    // It has.
  }
};

/** A tab of the jar on `url`. A tab that has crashed is replaced, as its user would. */
export const openTab = async (jar, url, engine) => {
  let page;
  const open = async () => {
    page = await within(jar.open(), 60_000, "a new tab");
    await within(page.goto(url), 60_000, "a page");
  };
  const close = () => within(page.close(), 20_000, "closing").catch(() => {});
  const anew = async () => {
    await close();
    await open();
  };
  const frozen = async (work) => {
    const session = await page.native.context().newCDPSession(page.native);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    await work;
    await session.send("Page.setWebLifecycleState", { state: "active" });
    await session.detach();
  };
  await open();

  const actions = {
    reload: () => within(page.goto(url), 60_000, "a page"),
    "closed and opened": async (dice) => {
      await close();
      await sleep(dice.between(0, 2000));
      await open();
    },
    burst: () => page.evaluate(() => globalThis.tab?.burst(12)),
    /** The whole process stops, with every tab in it and in the middle of whatever it does. */
    stopped: async (dice) => {
      const pids = renderers();
      const pid = pids[Math.floor(dice.roll() * pids.length)];
      if (pid === undefined) return;
      signal(pid, "SIGSTOP");
      await sleep(dice.between(1000, 15_000));
      signal(pid, "SIGCONT");
    },
  };
  if (engine === "chromium") {
    actions.crash = async () => {
      const session = await page.native.context().newCDPSession(page.native);
      void session.send("Page.crash").catch(() => {});
      await sleep(500);
      await anew();
    };
    actions.frozen = (dice) => frozen(sleep(dice.between(1000, 15_000)));
  }

  return {
    /** Does something to the tab; what fails because of another mishap is mended by a new page. */
    befall: async (action, dice) => {
      try {
        await actions[action](dice);
      } catch {
        await anew();
      }
    },
    actions: Object.keys(actions),
    /** Whether everything it asked for was answered in the end; gives the status it ends with. */
    finish: async () => {
      const finish = async () => {
        // Its script may still be on its way.
        while (!globalThis.tab) await new Promise((resolve) => setTimeout(resolve, 50));
        return globalThis.tab.finish();
      };
      const alive = () => within(page.evaluate(finish), 60_000, "the last request");
      return alive().catch(async () => {
        await anew();
        return within(page.evaluate(finish), 120_000, "the last request of a new page");
      });
    },
    page: () => page,
  };
};

/** Signs in at the provider's form, if it asks, and waits until the browser is back at the application. */
export const signIn = async (page, start, home) => {
  await page.goto(start);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const at = await page
      .evaluate(() => {
        const field = document.querySelector("[name=login]");
        if (field && !field.value) {
          field.value = "ada";
          document.querySelector("[name=password]").value = "any";
          setTimeout(() => field.form.requestSubmit(), 0);
        }
        return location.href;
      })
      .catch(() => ""); // in the middle of a navigation
    if (at.startsWith(home)) return;
    if (Date.now() > deadline) throw new Error(`the sign-in ended at ${at.split("?")[0]}`);
    await sleep(100);
  }
};
