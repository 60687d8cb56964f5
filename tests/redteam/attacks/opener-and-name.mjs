// A real attacker: opens the application in a window they hold a reference to, and reads what windows of one site
// leak to each other: names, openers, frames, history.
export default {
  row: "read",
  expected: ["loses", "loses"],
  // WebKitGTK lets no script open a window, and its driver does not come back from a page whose click has.
  expectedIn: { webkit: [null, null] },
  dirty: true,
  after: async ({ own, page }, redteam) => {
    const opened = window.open(`${own}${page}`, "redteam-window");
    const frame = redteam.frame({ src: `${own}${page}` });
    const both = () => [opened, frame.contentWindow].map((other) => other?.app?.done === true);
    await redteam.until(() => !both().includes(false));
    const there = both();
    for (const other of [
      opened,
      frame.contentWindow,
      window.opener,
      window.parent,
      ...Array.from({ length: frames.length }, (_, i) => frames[i]),
    ]) {
      for (const read of [() => other.name, () => other.location.href, () => other.document.referrer]) {
        try {
          redteam.loot(read());
        } catch {
          // Another origin's.
        }
      }
      try {
        redteam.loot(Object.keys(other.app ?? {}).map((key) => String(other.app[key])));
      } catch {
        // Another origin's.
      }
    }
    redteam.loot([history.length, history.state, window.name]);
    opened?.close();
    return there;
  },
  reached: ({ brought }) => brought.every((there) => there),
};
