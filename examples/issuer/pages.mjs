// What browsers are shown.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = path.dirname(fileURLToPath(import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css" };

/** The files of the page: `/`, and what it needs. */
export function createPages({ api }) {
  const files = new Map([
    ["/", "page/index.html"],
    ["/style.css", "page/style.css"],
    ["/main.js", "dist/main.js"],
    ["/signin.js", "dist/signin.js"],
    ["/vault.worker.js", "dist/vault.worker.js"],
  ]);
  return async function pages(request) {
    const file = files.get(new URL(request.url).pathname);
    if (file === undefined || request.method !== "GET") return new Response(null, { status: 404 });
    const body = readFileSync(path.join(folder, file));
    return new Response(file.endsWith("index.html") ? `${body}`.replace("{{api}}", api) : body, {
      headers: headersOf(
        TYPES[path.extname(file)],
        `worker-src 'self'; connect-src 'self' ${api}; form-action 'none'`,
      ),
    });
  };
}

/** The login page. */
export function signinPage({ action, options, problem, isAgain }) {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css">
<script type="module" src="/signin.js"></script></head><body><main>
<h1>${isAgain ? "Please sign in again" : "Sign in"}</h1>
<p role="alert" data-testid="problem">${escape(problem ?? "")}</p>
<form method="post" action="${escape(action)}">
<label>Name <input name="name" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button name="intent" value="password" data-testid="password">Sign in</button>
<button name="intent" value="create" data-testid="create">Make an account</button>
</form>
<form method="post" action="${escape(action)}" data-testid="passkey-form" data-options="${escape(JSON.stringify(options))}">
<input type="hidden" name="intent" value="passkey"><input type="hidden" name="passkey">
<button data-testid="passkey">Use a passkey</button>
</form></main></body></html>`;
  return new Response(html, { headers: headersOf(TYPES[".html"], "form-action 'self'") });
}

function headersOf(type, policy) {
  return {
    "content-type": type,
    "content-security-policy": `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; ${policy}`,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
  };
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
