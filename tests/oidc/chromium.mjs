// Chromium on the stack, and pages of other origins: a sibling subdomain (same site) and another site altogether.
import { X509Certificate, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { launch } from "../demo/browser.mjs";

/** A browser that takes the stack's certificate for any name. */
export function chromium(stack) {
  const { publicKey } = new X509Certificate(readFileSync(stack.tls.cert));
  const spki = publicKey.export({ type: "spki", format: "der" });
  return launch(createHash("sha256").update(spki).digest("base64"));
}

/** Blank pages on hosts that are not the product's, without any policy of their own. */
export async function strangers(stack) {
  const tls = { cert: readFileSync(stack.tls.cert), key: readFileSync(stack.tls.key) };
  const server = createServer(tls, (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>stranger</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    sibling: `https://sibling.strongroom.localhost:${port}`,
    foreign: `https://foreign.localhost:${port}`,
    stop: () => (server.closeAllConnections(), server.close()),
  };
}

/** Signs in at the provider's form. */
export async function signIn(page, origin, name) {
  await page.goto(`${origin}/auth/login`);
  await page.fill("input[name=login]", name);
  await page.fill("input[name=password]", "any");
  await Promise.all([page.waitForURL(`${origin}/`), page.click("button[type=submit]")]);
}

/** A call of the endpoints by a script of the page, as the vault's worker makes it. */
export function call(page, route, { body = {}, headers = {} } = {}) {
  return page.evaluate(
    async ([path, content, more]) => {
      const attempt = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
      const plain = attempt.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
      const answer = await fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json", "strongroom-attempt": plain, ...more },
        body: JSON.stringify(content),
      });
      const outcome = answer.headers.get("strongroom-outcome");
      return { status: answer.status, outcome, json: await answer.json().catch(() => undefined) };
    },
    [`/auth/${route}`, body, headers],
  );
}
