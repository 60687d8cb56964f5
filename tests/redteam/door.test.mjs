// The isolated vault's door, on real parts: the headers of every answer, and what developers are told when it does not open.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { vaultHeaders, withVaultHeaders } from "strongroom/host";
import { Browser } from "../endpoints/browser.mjs";
import { launch } from "../engines/index.mjs";
import { sleep } from "./look.mjs";
import { Play } from "./play.mjs";
import { startStack } from "./stack/start.mjs";

let stack;
before(async () => {
  stack = await startStack();
});
after(() => stack?.close());

test("the headers are what the options say, and refuse what no vault can have", () => {
  const resources = [{ origin: "https://api.example.com/" }, { origin: "https://api.example.com" }];
  const headers = vaultHeaders({ apps: ["https://app.example.com"], resources });
  assert.equal(
    headers["content-security-policy"],
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' " +
      "https://api.example.com wss://api.example.com; base-uri 'none'; form-action 'none'; " +
      "frame-ancestors https://app.example.com",
  );
  for (const apps of [
    [],
    ["https://*.example.com"],
    ["https://app.example.com/"],
    ["null"],
    "https://app.example.com",
  ]) {
    assert.throws(() => vaultHeaders({ apps, resources }), { code: "config_invalid" });
  }
  const answer = new Response("x", {
    status: 418,
    headers: [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["content-security-policy", "default-src *"],
    ],
  });
  const sent = withVaultHeaders(answer, { apps: ["https://app.example.com"], resources });
  assert.equal(sent.status, 418);
  assert.deepEqual(sent.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.match(sent.headers.get("content-security-policy"), /^default-src 'none'/);
});

test("the recipes of the documentation send the same, and nginx sends none twice", () => {
  const text = readFileSync(new URL("../../docs/isolated-origin.md", import.meta.url), "utf8");
  const expected = vaultHeaders({
    apps: ["https://app.example.com"],
    resources: [{ origin: "https://api.example.com" }],
  });
  const recipe = (kind) => new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``).exec(text)[1];
  const pairs = (found) =>
    Object.fromEntries([...found].map(([, name, value]) => [name.toLowerCase(), value.replaceAll('"', "")]));
  const nginx = recipe("nginx");
  const { "strict-transport-security": _, ...added } = pairs(
    nginx.matchAll(/add_header ([\w-]+) ("[^"]+"|\S+) always;/g),
  );
  assert.deepEqual(added, expected);
  const hidden = [...nginx.matchAll(/proxy_hide_header ([\w-]+);/g)].map(([, name]) => name.toLowerCase());
  assert.deepEqual(hidden.toSorted(), Object.keys(expected).toSorted());
  assert.deepEqual(pairs(recipe("text").matchAll(/^ {2}([\w-]+): (.+)$/gm)), expected);
});

test("every answer of the vault's origin has them: pages, scripts, redirects and errors", async () => {
  const { app, vault, api } = stack.origins;
  const expected = vaultHeaders({ apps: [app], resources: [{ origin: api }] });
  const browser = new Browser(stack);
  const asked = [
    ["GET", "/", 200],
    ["GET", "/main.js", 200],
    ["GET", "/pkg/vault.worker.js", 200],
    ["GET", "/nothing.js", 404],
    ["PUT", "/", 405],
    ["GET", "/config.json", 200],
    ["GET", "/auth/login", 302],
    ["GET", "/auth/callback?code=x&state=y", 400],
    ["GET", "/auth/refresh", 405],
    ["POST", "/auth/refresh", 403],
    ["OPTIONS", "/auth/refresh", 405],
    ["GET", "/auth/nothing", 404],
    ["GET", "/../../etc/passwd", 404],
  ];
  for (const [method, path, status] of asked) {
    const answer = await browser.request(vault + path, { method });
    assert.equal(answer.status, status, `${method} ${path}`);
    for (const [name, value] of Object.entries(expected)) {
      assert.equal(answer.headers[name], value, `${name} of ${method} ${path}`);
    }
  }
});

test("a vault that does not answer is explained, with the mend", { timeout: 180_000 }, async () => {
  const browser = await launch("chromium", { certificate: stack.certificate, hosts: stack.hosts });
  try {
    const { app, evil, sibling, vault } = stack.origins;
    stack.world.context = new Play(stack, browser, "isolated").context;
    const jar = await browser.jar();
    /** What is said about each of these, asked for at once in a page of its own. */
    const told = async (vaults, policy = "") =>
      (await jar.open(`${app}/`)).evaluate(
        async (vaults, policy) => {
          const { openVault } = await import("/pkg/index.js");
          const meta = document.createElement("meta");
          meta.httpEquiv = "content-security-policy";
          meta.content = policy;
          document.head.append(meta);
          const code = (isolated) =>
            openVault({ isolated }).then(String, ({ code, message }) => `${code} ${message}`);
          return Promise.all(vaults.map(code));
        },
        vaults,
        policy,
      );
    // Side by side: a vault is given time to answer.
    const [open, closed] = await Promise.all([told([sibling, evil]), told([vault], "frame-src 'none'")]);
    const detail = [...open, ...closed];
    assert.match(
      detail[0],
      /^handshake_failed .*must answer, call `hostVault` with https:\/\/app\.example\.com/,
    );
    assert.match(detail[1], /^handshake_failed .*another site than/);
    assert.match(detail[2], /^handshake_failed .*`frame-src https:\/\/vault\.example\.com/);
  } finally {
    await browser.close();
  }
});

test("the frame's own console names a third party and missing headers", { timeout: 120_000 }, async () => {
  const { app, evil, vault } = stack.origins;
  const browser = await launch("chromium", { certificate: stack.certificate, hosts: stack.hosts });
  try {
    const page = await (await browser.jar()).open();
    const said = [];
    page.native.on("console", (message) => said.push(message.text()));
    // The vault of a careless owner: it lists an application of another site, and has lost a header.
    const server = new Browser(stack);
    const fulfill = async (route, url, headersOf = (headers) => headers) => {
      const { status, headers, text } = await server.request(url);
      await route.fulfill({ status, headers: headersOf(headers), body: text.replaceAll(app, evil) });
    };
    const careless = ({ "referrer-policy": _, "content-security-policy": policy, ...headers }) => ({
      ...headers,
      "content-security-policy": policy.replace(app, evil),
    });
    await page.native.route(`${vault}/`, (route) => fulfill(route, `${vault}/`, careless));
    await page.native.route(`${vault}/main.js`, (route) => fulfill(route, `${vault}/main.js`));
    await page.native.route(`${evil}/pkg/**`, (route) =>
      fulfill(route, route.request().url().replace(evil, app)),
    );
    await page.goto(`${evil}/`);
    await page.evaluate(async (isolated) => {
      const { openVault } = await import("/pkg/index.js");
      await openVault({ isolated });
    }, vault);
    const told = (pattern) => said.some((text) => pattern.test(text));
    for (let i = 0; i < 100 && !(told(/third party/) && told(/headers/)); i++) await sleep(100);
    assert.ok(told(/^strongroom: https:\/\/vault\.example\.com:\d+ is a third party here/), said.join("\n"));
    assert.ok(
      told(/^strongroom: the vault's page lacks or changes these headers: referrer-policy\./),
      said.join("\n"),
    );
  } finally {
    await browser.close();
  }
});
