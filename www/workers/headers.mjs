// The headers of each host, on every answer, errors too.
import { withVaultHeaders } from "strongroom/host";
import { configOf } from "./config.mjs";

/** The answer with its host's headers; what the endpoints have set stays. */
export function withHeaders(response, host, origins) {
  if (host === "vault") {
    const answer = withVaultHeaders(response, configOf({ origins }, host));
    answer.headers.set("permissions-policy", PERMISSIONS);
    return answer;
  }
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(headersOf(host, origins))) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}

const PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

function headersOf(host, { api, vault }) {
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
  };
  return {
    "content-security-policy": ["default-src 'none'", ...policies[host]].join("; "),
    "cross-origin-opener-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "permissions-policy": PERMISSIONS,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
  };
}
