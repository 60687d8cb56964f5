// A real attacker: tries to reach from the application's page into the vault's frame: its document, its globals, its
// workers, over `document.domain`, `javascript:` addresses and window properties.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ vault }, redteam) => {
    try {
      document.domain = "example.com";
    } catch (error) {
      redteam.loot(error.name);
    }
    const [frame] = document.querySelectorAll("iframe");
    const { contentWindow } = frame;
    const reads = [
      () => contentWindow.document.documentElement.outerHTML,
      () => contentWindow.localStorage.length,
      () => Object.keys(contentWindow),
      () => contentWindow.name,
      () => contentWindow.Worker,
      () => contentWindow.eval("1"),
      () => contentWindow.location.href,
      () => frame.contentDocument.cookie,
      () => frame.getSVGDocument(),
      () => (contentWindow.opener = window),
      () => (contentWindow.location = `${vault}/#x`),
      () => (contentWindow.location = "javascript:parent.postMessage(document.cookie,'*')"),
      () => contentWindow.frames.length,
    ];
    const outcomes = reads.map((read) => {
      try {
        return String(read());
      } catch (error) {
        return error.name;
      }
    });
    redteam.loot(outcomes);
    await redteam.wait(300);
    return outcomes;
  },
  reached: ({ brought }) => brought.length === 13 && brought.includes("SecurityError"),
};
