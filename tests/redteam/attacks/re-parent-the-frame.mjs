// A real attacker: moves the vault's frame within the page, into another document and back, clones it, and changes
// its attributes: each makes the browser load it anew under their eyes.
export default {
  row: "frames",
  expected: [null, "loses"],
  // WebKitGTK's driver does not come back from a page whose frame has been moved.
  expectedIn: { webkit: [null, null] },
  after: async ({ vault }, redteam) => {
    const [frame] = document.querySelectorAll("iframe");
    const other = document.createElement("iframe");
    document.body.append(other, frame.cloneNode());
    frame.allow = "*";
    frame.name = "mine";
    frame.hidden = false;
    document.body.append(frame);
    await redteam.wait(600);
    other.contentDocument.body.append(frame);
    await redteam.wait(600);
    for (const window of [frame.contentWindow, other.contentWindow[0]]) {
      const { far, ask } = redteam.channel();
      window?.postMessage("strongroom:port", vault, [far]);
      ask(`${redteam.api}/v1/me`);
    }
    await redteam.wait(800);
    await globalThis.app.call("/v1/me").catch(String);
  },
  // The application's, the copy, and the moved one twice; and the SDK's own frame in its place.
  reached: ({ seen }) => seen.filter(({ name, path }) => name === "vault" && path === "/").length >= 4,
};
