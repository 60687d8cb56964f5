/**
 * What a script of this frame can read outside its own variables: every kind of storage, cookies, the history, the
 * URLs the browser remembers, and the names of locks. Runs inside the page.
 *
 * @returns {Promise<Record<string, string>>} text by the name of the place
 */
export async function readPlaces() {
  const text = (value) => JSON.stringify(value) ?? "";
  const places = {
    localStorage: () => text(Object.entries(localStorage)),
    sessionStorage: () => text(Object.entries(sessionStorage)),
    "document.cookie": async () => document.cookie + text((await globalThis.cookieStore?.getAll()) ?? []),
    "URL and history": () => {
      const entries = globalThis.navigation?.entries() ?? [];
      const urls = entries.map((entry) => [entry.url, entry.getState()]);
      return text([location.href, document.referrer, document.title, window.name, history.state, urls]);
    },
    // A mark keeps what it was given beside what its JSON tells.
    "performance entries": () => text(performance.getEntries().map((entry) => [entry, entry.detail])),
    IndexedDB: async () => {
      const all = [];
      for (const { name } of await indexedDB.databases()) {
        const done = (request) =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        const database = await done(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
          const rows = database.transaction(store).objectStore(store);
          all.push(name, store, await done(rows.getAllKeys()), await done(rows.getAll()));
        }
        database.close();
      }
      return text(all);
    },
    CacheStorage: async () => {
      const all = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          const response = await cache.match(request);
          all.push(name, request.url, [...request.headers], [...response.headers], await response.text());
        }
      }
      return text(all);
    },
    "private files": async () => {
      const all = [];
      const read = async (folder) => {
        for await (const entry of folder.values()) {
          all.push(entry.name);
          if (entry.kind === "directory") await read(entry);
          else all.push(await (await entry.getFile()).text());
        }
      };
      // WebKitGTK has none.
      if (navigator.storage) await read(await navigator.storage.getDirectory());
      return text(all);
    },
    "names of locks": async () => text(await navigator.locks.query()),
  };

  const found = {};
  for (const [name, read] of Object.entries(places)) {
    try {
      found[name] = await read();
    } catch (error) {
      if (error.name !== "SecurityError") throw error; // storage refused to this frame: nothing to read there
    }
  }
  return found;
}
