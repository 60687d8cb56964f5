// A real attacker: a script injected through a comment field reads every store and cookie and posts them home. It is
// the first thing that token thieves try, since most applications keep their tokens there.
export default {
  row: "read",
  expected: ["loses", "loses"],
  peers: true,
  after: async (_, redteam) => {
    // The attacker's own, to see that all of it is read.
    localStorage.setItem("mine", "in localStorage");
    sessionStorage.setItem("mine", "in sessionStorage");
    document.cookie = "mine=in-a-cookie";
    await (await caches.open("mine")).put("/mine", new Response("in a cache"));
    await new Promise((resolve) => (indexedDB.open("in-indexeddb").onsuccess = resolve));
    redteam.loot(Object.entries(localStorage));
    redteam.loot(Object.entries(sessionStorage));
    redteam.loot(document.cookie);
    redteam.loot((await globalThis.cookieStore?.getAll().catch(String)) ?? "");
    for (const { name } of (await indexedDB.databases?.()) ?? []) redteam.loot(name);
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) {
        redteam.loot(await (await caches.match(request)).text());
      }
    }
    await caches.delete("mine");
    const read = redteam.looted.join();
    return ["in localStorage", "in sessionStorage", "in-a-cookie", "in a cache", "in-indexeddb"].filter(
      (text) => read.includes(text),
    );
  },
  reached: ({ brought }) => brought.length === 5,
};
