// Whether the collector can be believed: it finds a token wherever one is put, and a page that it cannot search passes for
// nothing. The first in every engine, since each has other places; the rest in Chromium.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ENGINES, launch } from "../engines/index.mjs";
import { sleep } from "./look.mjs";
import { Play } from "./play.mjs";
import { startStack } from "./stack/start.mjs";

let stack;
let browser;
let play;
before(async () => {
  stack = await startStack();
  browser = await launch("chromium", { certificate: stack.certificate, hosts: stack.hosts });
  play = new Play(stack, browser, "in-page", { heaps: true });
});
after(async () => {
  await browser?.close();
  await stack?.close();
});

/** Asks for a token as the worker does, and puts it everywhere. */
const plant = async ({ refresh, asVault, own }, redteam) => {
  const token = (await (await fetch(refresh, asVault)).json()).access_token;
  localStorage.setItem("planted", token);
  sessionStorage.setItem("planted", token);
  document.cookie = `planted=${token}`;
  history.replaceState(token, "");
  performance.mark("planted", { detail: token });
  await (await caches.open("planted")).put("/planted", new Response(token));
  await new Promise((resolve) => {
    const opening = indexedDB.open("planted");
    opening.onupgradeneeded = () => opening.result.createObjectStore("planted");
    opening.onsuccess = () => {
      const writing = opening.result.transaction("planted", "readwrite");
      writing.objectStore("planted").put(token, "planted");
      writing.oncomplete = () => resolve(opening.result.close());
    };
  });
  if (navigator.storage) {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle("planted", { create: true })).createWritable();
    await file.write(token);
    await file.close();
  }
  navigator.locks.request(`planted ${token}`, () => new Promise(() => {}));
  globalThis.planted = { deep: new Map([[1, [new TextEncoder().encode(token)]]]) };
  // No name leads to this one: a listener keeps it.
  const kept = { token };
  addEventListener("planted", () => console.log(kept.token), { once: true });
  dispatchEvent(new Event("planted"));
  await fetch(`${own}/?${token}`).catch(String);
  redteam.loot(token);
  return token;
};

/** What the others have not: WebKitGTK no private files, and only Chromium's driver tells what lies deeper. */
const DEEPER = ["consoles of page, frames and workers", "the page's heap"];
const WITHOUT = { chromium: [], firefox: DEEPER, webkit: [...DEEPER, "private files"] };

for (const engine of ENGINES) {
  test(`${engine}: it finds a token in every place where one is put`, { timeout: 400_000 }, async () => {
    const there =
      engine === "chromium"
        ? browser
        : await launch(engine, { certificate: stack.certificate, hosts: stack.hosts });
    try {
      const own = new Play(stack, there, "in-page", { heaps: true });
      const { outcome, taken, places, missed } = await own.attack({ after: plant, dirty: true });
      assert.deepEqual([outcome, taken, missed], ["wins", true, []]);
      const expected = [
        "CacheStorage",
        "IndexedDB",
        "URL and history",
        "addresses requested",
        "consoles of page, frames and workers",
        "document.cookie",
        "globals",
        "localStorage",
        "names of locks",
        "performance entries",
        "private files",
        "sessionStorage",
        "the attacker's servers",
        "the page's heap",
        "what the attack brought back",
      ].filter((place) => !WITHOUT[engine].includes(place));
      assert.deepEqual(places.map((place) => place.split(": ")[0]).toSorted(), expected);
    } finally {
      if (there !== browser) await there.close();
    }
  });
}

/** The page is somewhere else when it is to be searched. */
const leaves = {
  after: ({ evil }) => void setTimeout(() => (location.href = `${evil}/elsewhere`)),
  drive: () => sleep(1500),
};
const GONE = {
  leaves,
  "is loaded again": { after: () => void setTimeout(() => location.reload()), drive: () => sleep(1500) },
  "leaves before a reload": { ...leaves, reload: () => "here again" },
  closes: { drive: ({ page }) => page.native.close() },
  crashes: { drive: ({ page }) => void page.native.goto("chrome://crash").catch(String) && sleep(1500) },
  "grows too large": { after: () => void (globalThis.many = Array.from({ length: 400_000 }, () => [])) },
};

for (const [what, attack] of Object.entries(GONE)) {
  test(`a page that ${what} has not been searched`, { timeout: 400_000 }, async () => {
    const { missed } = await play.attack({ ...attack, breaks: true });
    assert.match(missed.join("\n"), /^the page cannot be searched: ./m);
  });
}

test(
  "an attack may say that its page is gone, and must show something else for it",
  { timeout: 400_000 },
  async () => {
    const missed = async (attack) => (await play.attack({ ...attack, breaks: true })).missed;
    assert.deepEqual(
      await missed({ ...leaves, gone: ({ stolen }) => stolen.some((url) => /elsewhere/.test(url)) }),
      [],
    );
    assert.match((await missed({ ...leaves, gone: () => false })).join(), /cannot be searched/);
    assert.match((await missed({ after: () => 1, gone: () => true })).join(), /gone, and it is not/);
  },
);
