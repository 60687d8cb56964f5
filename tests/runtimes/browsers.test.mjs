// The suite in three browser engines, bundled as an app's bundler does it.
import { build } from "esbuild";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { ENGINES, launch } from "../engines/index.mjs";
import { suiteIn } from "./elsewhere.mjs";

const entry = fileURLToPath(new URL("worker.mjs", import.meta.url));
const options = {
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
  logOverride: { "ignored-bare-import": "silent" },
};
const { outputFiles } = await build({ ...options, entryPoints: [entry] });

/** An empty page with the bundle beside it, on loopback: a secure context that may ask the key server there. */
const serve = async () => {
  const types = { "/": "text/html", "/worker.js": "text/javascript" };
  const server = createServer(({ url }, response) => {
    response.writeHead(types[url] ? 200 : 404, { "content-type": types[url] ?? "text/plain" });
    response.end(url === "/worker.js" ? outputFiles[0].text : "<!doctype html>");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const close = () => (server.close(), server.closeAllConnections());
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
};

const ask = async (path) => {
  const { default: worker } = await import("/worker.js");
  return (await worker.fetch(new Request(new URL(path, location.href)))).text();
};

for (const engine of ENGINES) {
  suiteIn(engine, async () => {
    const site = await serve();
    const browser = await launch(engine).catch((error) => {
      site.close();
      throw error;
    });
    const page = await (await browser.jar()).open(site.url);
    return {
      ask: (path) => page.evaluate(ask, path),
      stop: async () => {
        await browser.close();
        site.close();
      },
    };
  });
}
