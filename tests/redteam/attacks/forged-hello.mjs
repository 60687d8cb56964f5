// A real attacker: opens a frame of their own origin that greets as the vault does, to be given the page's port and
// to answer in its place.
export default {
  row: "frames",
  expected: [null, "loses"],
  goal: "the application talks to the attacker's frame",
  before: ({ evil, sibling, vault }) => {
    const page =
      `<script>
      setInterval(() => {
        for (const word of ["strongroom:hello", ["strongroom:broken", "x"]]) parent.postMessage(word, "*");
      }, 10);
      addEventListener("message", ({ ports }) => {
        parent.postMessage("got a port " + ports.length, "*");
        ports[0]?.postMessage([0, "${evil}/login"]);
      });</` + "script>";
    const frame = document.createElement("iframe");
    frame.srcdoc = page;
    document.documentElement.append(frame);
    const sandboxed = document.createElement("iframe");
    sandboxed.sandbox = "allow-scripts";
    sandboxed.srcdoc = page;
    document.documentElement.append(sandboxed);
    for (const origin of [evil, sibling]) {
      const other = document.createElement("iframe");
      other.src = `${origin}/frame#${vault}`;
      document.documentElement.append(other);
    }
    for (const source of [window, frame.contentWindow]) {
      dispatchEvent(new MessageEvent("message", { data: "strongroom:hello", origin: vault, source }));
    }
  },
  after: async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { heard } = globalThis.redteam;
    const { subject } = globalThis.app.vault?.session ?? {};
    return {
      won: JSON.stringify(heard).includes("got a port") || subject !== "ada",
      error: globalThis.app.error,
    };
  },
};
