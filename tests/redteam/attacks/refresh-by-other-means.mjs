// A real attacker: calls the refresh endpoint by everything else that can send a request: forms, beacons, sockets,
// event streams, images, scripts, preloads, and from documents without an origin.
import { asked } from "../facts.mjs";

export default {
  row: "refresh-tricks",
  expected: ["loses", "loses"],
  after: async ({ refresh }, redteam) => {
    const body = "{}";
    const read = (work) =>
      Promise.resolve()
        .then(work)
        .then(redteam.loot, (error) => redteam.loot(String(error)));
    const fetched = (init) =>
      read(async () => (await fetch(refresh, { method: "POST", credentials: "include", ...init })).text());
    await fetched({ mode: "no-cors", body });
    await fetched({ mode: "no-cors", body, referrerPolicy: "no-referrer" });
    await fetched({ body: new Blob([body], { type: "text/plain" }) });
    await fetched({ method: "GET" });
    await fetched({ method: "PUT", body });
    await fetched({
      body,
      headers: { "content-type": "text/plain", origin: redteam.home, "sec-fetch-site": "same-origin" },
    });
    await read(() => navigator.sendBeacon(refresh, new Blob([body], { type: "application/json" })));
    await read(() => {
      const socket = new WebSocket(refresh.replace("https", "wss"));
      socket.onmessage = ({ data }) => redteam.loot(data);
    });
    await read(() => {
      new EventSource(refresh, { withCredentials: true }).onmessage = ({ data }) => redteam.loot(data);
    });
    for (const [tag, name] of [
      ["script", "src"],
      ["img", "src"],
      ["embed", "src"],
      ["object", "data"],
      ["iframe", "src"],
    ]) {
      const element = document.createElement(tag);
      element[name] = refresh;
      document.body.append(element);
    }
    const frame = redteam.frame({ name: "target" });
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: refresh, target: "target", enctype: "text/plain" });
    form.innerHTML = "<input name='{\"a' value='\":1}'>";
    document.body.append(form);
    form.submit();
    const call = `fetch(${JSON.stringify(refresh)}, { method: "POST", credentials: "include", body: "{}",
      headers: { "content-type": "application/json", "strongroom-attempt": "AAAAAAAAAAAAAAAAAAAAAA" } })
      .then((r) => r.text()).then((t) => parent.postMessage(t, "*"), (e) => parent.postMessage(String(e), "*"))`;
    redteam.frame({ srcdoc: `<script>${call}</` + "script>", sandbox: "allow-scripts allow-forms" });
    redteam.frame({ src: `data:text/html,<script>${encodeURIComponent(call)}</` + "script>" });
    await redteam.wait(1500);
    await read(() => frame.contentDocument?.body?.innerText ?? "");
    return "asked";
  },
  reached: ({ brought, seen, context }) => {
    const host = context.isolated ? "vault" : "inpage";
    return (
      brought === "asked" &&
      asked(seen, host, "POST", "/auth/refresh") >= 5 &&
      asked(seen, host, "GET", "/auth/refresh") >= 5
    );
  },
};
