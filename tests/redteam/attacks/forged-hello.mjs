// A real attacker: opens a frame of their own origin that greets as the vault does, to be given the page's port and
// to answer in its place.
export default {
  row: "frames",
  expected: [null, "loses"],
  goal: "the application talks to the attacker's frame",
  elsewhere: (redteam) => redteam.greetAsVault(),
  before: (redteam) => {
    const { evil, sibling, vault } = redteam;
    const srcdoc = `<script>(${redteam.greetAsVault})()</` + "script>";
    const root = document.documentElement;
    const own = redteam.frame({ srcdoc }, root);
    redteam.frame({ srcdoc, sandbox: "allow-scripts" }, root);
    for (const origin of [evil, sibling]) redteam.frame({ src: `${origin}/frame#${vault}` }, root);
    for (const source of [window, own.contentWindow]) {
      dispatchEvent(new MessageEvent("message", { data: "strongroom:hello", origin: vault, source }));
    }
  },
  after: async (_, redteam) => {
    const from = () =>
      new Set(redteam.heard.filter((one) => one[1] === "strongroom:hello").map(([from]) => from));
    await redteam.until(() => from().size >= 4);
    await redteam.wait(500);
    const { subject } = globalThis.app.vault?.session ?? {};
    return {
      won: JSON.stringify(redteam.heard).includes("got a port") || subject !== "ada",
      error: globalThis.app.error,
      from: [...from()],
    };
  },
  // Every stranger has greeted: this origin, one without a name, and two others.
  reached: ({ brought: { from }, context: { own, evil, sibling } }) =>
    [own, "null", evil, sibling].every((origin) => from.includes(origin)),
};
