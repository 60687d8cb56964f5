// A real attacker: comes late and looks for the answer of an earlier refresh in the HTTP cache, the back/forward
// cache and a cache store.
export default {
  row: "read",
  expected: ["loses", "loses"],
  after: async ({ refresh, asVault }, redteam) => {
    const answers = [];
    for (const cache of ["only-if-cached", "force-cache", "default"]) {
      for (const mode of ["same-origin", "cors", "no-cors"]) {
        await fetch(refresh, { cache, mode, credentials: "include" })
          .then((response) => response.text())
          .then(redteam.loot, (error) => error.name)
          .then((answer) => answers.push(answer ?? "read"));
      }
    }
    const store = await caches.open("redteam");
    await store.add(new Request(refresh, { ...asVault, method: "GET", body: undefined })).catch(String);
    for (const request of await store.keys()) redteam.loot(await (await store.match(request)).text());
    await caches.delete("redteam");
    return answers;
  },
  reached: ({ brought }) => brought.length === 9,
};
