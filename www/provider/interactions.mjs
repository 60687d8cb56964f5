// Where the provider asks the user: one login form. Consent is given for the demo's own clients.
import { loginPage, page } from "./pages.mjs";

const MOST_BYTES = 4096;
const LOGIN = /^[\w.@-]{1,64}$/;

/** Answers `/interaction/:uid`. */
export function interactions(provider) {
  return async (request, response) => {
    let details;
    try {
      details = await provider.interactionDetails(request, response);
    } catch {
      return send(response, 400, page("Too late", "<p>This sign-in has expired. Go back and try again.</p>"));
    }
    if (details.prompt.name !== "login") {
      return provider.interactionFinished(
        request,
        response,
        { consent: {} },
        { mergeWithLastSubmission: true },
      );
    }
    if (request.method !== "POST") return send(response, 200, loginPage(details.uid));
    const form = new URLSearchParams(await body(request));
    const login = form.get("login") ?? "";
    if (!LOGIN.test(login) || !form.get("password")) return send(response, 400, loginPage(details.uid));
    return provider.interactionFinished(request, response, { login: { accountId: login } });
  };
}

function send(response, status, html) {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
  });
  response.end(html);
}

async function body(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MOST_BYTES) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
