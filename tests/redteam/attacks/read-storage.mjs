// A real attacker: a script injected through a comment field reads every store and cookie and posts them home. It is
// the first thing that token thieves try, since most applications keep their tokens there.
export default {
  row: "read",
  expected: ["loses", "loses"],
  peers: true,
  after: async () => {
    const { redteam } = globalThis;
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
  },
};
