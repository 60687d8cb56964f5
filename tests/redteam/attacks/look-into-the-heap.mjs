// A real attacker: has the developer tools open, or an extension with the debugger's rights in the page, and takes a
// heap snapshot. It shows closures and module variables that no script can name. (Chromium's snapshot; elsewhere the
// globals.)
export default {
  row: "read",
  expected: ["loses", "loses"],
  peers: true,
  heap: true,
  after: async () => {
    for (let i = 0; i < 5; i++) await globalThis.app.call("/v1/me").catch(String);
    return "looked";
  },
  // That a snapshot shows what is there, `play.mjs` makes sure of.
  reached: ({ brought }) => brought === "looked",
};
