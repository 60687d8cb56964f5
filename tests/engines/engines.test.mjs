import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:https";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { certificate } from "./certificate.mjs";
import { ENGINES, launch } from "./index.mjs";

const HERE = "app.strongroom.localhost";
const SUFFIX = "app.strongroom.example";
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const PAGE = "<!doctype html><title>engine</title><body style='background:#0a0'>";

/** `(module (func (export "answer") (result i32) i32.const 42))` */
const WASM = [
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 7, 10, 1, 6, 0x61, 0x6e, 0x73, 0x77,
  0x65, 0x72, 0, 0, 10, 6, 1, 4, 0, 0x41, 42, 0x0b,
];

const WORKER = `onmessage = async ({ data }) => {
  const { instance } = await WebAssembly.instantiate(new Uint8Array(data));
  const echo = await fetch("/echo", { method: "POST", body: String(instance.exports.answer()) });
  postMessage({ echo: await echo.text(), secure: isSecureContext, origin: location.origin });
};`;

const routes = {
  "/": { "content-type": "text/html", "content-security-policy": CSP, body: PAGE },
  "/slow": {
    "content-type": "text/html",
    body: "<!doctype html><body><script type=module src=/slow.js></script>",
  },
  "/slow.js": { "content-type": "text/javascript", body: "import '/slower.js'", after: 300 },
  "/slower.js": { "content-type": "text/javascript", body: "document.body.dataset.ran = 'yes'", after: 300 },
  "/framed": {
    "content-type": "text/html",
    body: "<!doctype html><title>framed</title><iframe src='/'></iframe>",
  },
  "/apart": { location: "/framed", "cross-origin-opener-policy": "same-origin", status: 302, body: "moved" },
  "/worker.js": { "content-type": "text/javascript", "content-security-policy": CSP, body: WORKER },
};

const respond = async (request, response) => {
  if (request.url === "/echo") {
    response.setHeader("content-type", "text/plain");
    request.pipe(response);
    return;
  }
  const { body, after = 0, status = 200, ...headers } = routes[request.url.split("?")[0]] ?? { body: "" };
  await new Promise((resolve) => setTimeout(resolve, after));
  response.writeHead(body ? status : 404, headers).end(body);
};

const tls = certificate([HERE, SUFFIX]);
const server = createServer(tls, respond);
let port;

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address());
});

after(() => {
  server.closeAllConnections();
  server.close();
});

for (const name of ENGINES) {
  describe(name, () => {
    let browser;
    let page;

    before(async () => {
      browser = await launch(name, { certificate: tls.cert, hosts: [SUFFIX] });
      page = await (await browser.jar()).open(`https://${HERE}:${port}/`);
    });
    after(() => browser?.close());

    it("tells its version", (t) => {
      assert.match(browser.version, /^\d+\.\d+/);
      t.diagnostic(`${name} ${browser.version}`);
    });

    it("has a secure context on our certificate", async () => {
      assert.deepEqual(await page.evaluate(() => [isSecureContext, location.host]), [
        true,
        `${HERE}:${port}`,
      ]);
    });

    it("waits until a page has loaded, each time", async () => {
      const other = await (await browser.jar()).open();
      for (let time = 0; time < 4; time += 1) {
        await other.goto(`https://${HERE}:${port}/slow?${time}`);
        const shown = await other.evaluate(() => [
          location.search,
          document.readyState,
          document.body.dataset.ran,
        ]);
        assert.deepEqual(shown, [`?${time}`, "complete", "yes"]);
      }
    });

    it("comes back where an answer makes the browser change processes", async () => {
      const other = await (await browser.jar()).open(`https://${HERE}:${port}/framed`);
      for (const path of ["/apart", "/framed"]) {
        await other.goto(`https://${HERE}:${port}${path}`);
        assert.deepEqual(await other.evaluate(() => [location.pathname, document.readyState]), [
          "/framed",
          "complete",
        ]);
      }
    });

    it("says that a page cannot be loaded", async () => {
      const other = await (await browser.jar()).open();
      await assert.rejects(other.goto(`https://${HERE}:1/`));
    });

    it("evaluates with arguments, and throws what the page throws", async () => {
      assert.deepEqual(await page.evaluate(async (a, b) => ({ a, sum: a.n + b }), { n: 1 }, 2), {
        a: { n: 1 },
        sum: 3,
      });
      assert.equal(await page.evaluate(() => undefined), undefined);
      const failing = page.evaluate(async () => {
        throw new TypeError("on purpose");
      });
      await assert.rejects(failing, { name: "TypeError", message: "on purpose" });
    });

    it("fetches", async () => {
      const echo = async (text) => (await fetch("/echo", { method: "POST", body: text })).text();
      assert.equal(await page.evaluate(echo, "grüezi"), "grüezi");
    });

    for (const type of ["classic", "module"]) {
      it(`runs wasm in a ${type} worker that fetches`, async () => {
        const ask = (kind, bytes) =>
          new Promise((resolve, reject) => {
            const worker = new Worker("/worker.js", { type: kind });
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = (event) => reject(new Error(event.message));
            worker.postMessage(bytes);
          });
        const answer = await page.evaluate(ask, type, WASM);
        assert.deepEqual(answer, { echo: "42", secure: true, origin: `https://${HERE}:${port}` });
      });
    }

    it("streams a response", async () => {
      const read = async (size) => {
        const { body } = await fetch("/echo", { method: "POST", body: new Uint8Array(size) });
        const reader = body.getReader();
        let [chunks, bytes] = [0, 0];
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return { streamed: chunks > 1, bytes };
          chunks += 1;
          bytes += value.byteLength;
        }
      };
      assert.deepEqual(await page.evaluate(read, 4_000_000), { streamed: true, bytes: 4_000_000 });
    });

    it("gives each jar its own cookies, and the pages of one jar the same", async () => {
      const jars = await Promise.all([browser.jar(), browser.jar()]);
      const [one, other] = await Promise.all(jars.map((jar) => jar.open(`https://${HERE}:${port}/`)));
      const bake = () => void (document.cookie = "__Host-jar=1; Secure; Path=/; SameSite=Strict");
      await one.evaluate(bake);
      const sibling = await jars[0].open(`https://${HERE}:${port}/`);
      const cookies = await Promise.all(
        [one, sibling, other].map((at) => at.evaluate(() => document.cookie)),
      );
      assert.deepEqual(cookies, ["__Host-jar=1", "__Host-jar=1", ""]);
      await Promise.all(jars.map((jar) => jar.close()));
    });

    it("reaches this machine under a name with a real suffix", async () => {
      await page.goto(`https://${SUFFIX}:${port}/`);
      assert.deepEqual(await page.evaluate(() => [isSecureContext, location.hostname]), [true, SUFFIX]);
    });

    it("takes a screenshot", async () => {
      const image = await page.screenshot();
      assert.deepEqual([...image.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      assert.ok(image.length > 500);
    });
  });
}

describe("an engine", () => {
  const install = {
    chromium: "sudo apt-get install chromium",
    firefox: "sudo apt-get install firefox-esr",
    webkit: "sudo apt-get install webkit2gtk-driver xvfb",
  };
  for (const name of ENGINES) {
    it(`that is missing says how to install it: ${name}`, async () => {
      const script = `import { launch } from ${JSON.stringify(import.meta.resolve("./index.mjs"))};
        await launch(${JSON.stringify(name)}).catch((error) => console.log(error.message));`;
      const env = { PATH: "/nowhere" };
      const run = promisify(execFile);
      const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { env });
      assert.ok(stdout.includes(`is needed. Install it: ${install[name]} (Debian)`), stdout);
    });
  }

  it("ends with the process that started it, even one that is killed", async () => {
    const script = `import { start } from ${JSON.stringify(import.meta.resolve("./child.mjs"))};
      const child = start("/bin/sh", ["-c", "echo pid=$$; sleep 600 & wait"]);
      console.log((await child.printed(/pid=(\\d+)/))[1]);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const pid = Number((await once(parent.stdout, "data"))[0]);
    const state = async () => {
      const { stdout } = await promisify(execFile)("ps", ["-o", "stat=", "-p", pid]).catch((error) => error);
      return stdout.trim();
    };
    assert.match(await state(), /^[SR]/);
    parent.kill("SIGKILL");
    const deadline = Date.now() + 10_000;
    while (/^[^Z]/.test(await state())) assert.ok(Date.now() < deadline, "it lives on");
  });
});
