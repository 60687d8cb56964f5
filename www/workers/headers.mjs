// The headers of each host, on every answer, errors too.

/** The answer with its host's headers; what the endpoints have set stays. */
export function withHeaders(response, host, origins) {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(headersOf(host, origins))) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}

function headersOf(host, { app, api, vault }) {
  const self = ["style-src 'self'", "img-src 'self'", "base-uri 'none'", "form-action 'none'"];
  const wasm = ["script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'", `connect-src 'self' ${api}`];
  const policies = {
    // The worker runs here, and only files of this origin may become workers.
    inpage: [...wasm, ...self, "frame-ancestors 'none'"],
    app: [
      "script-src 'self'",
      "worker-src 'none'",
      "connect-src 'self'",
      `frame-src ${vault}`,
      ...self,
      "frame-ancestors 'none'",
    ],
    vault: [...wasm, "base-uri 'none'", "form-action 'none'", `frame-ancestors ${app}`],
  };
  const isolation =
    host === "vault"
      ? { "cross-origin-embedder-policy": "require-corp", "cross-origin-resource-policy": "same-site" }
      : { "cross-origin-resource-policy": "same-origin" };
  return {
    "content-security-policy": ["default-src 'none'", ...policies[host]].join("; "),
    "cross-origin-opener-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    ...isolation,
  };
}
