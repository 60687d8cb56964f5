// The demo's provider by itself: what the endpoints rest on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { Browser } from "./browser.mjs";
import { describe, startProvider } from "./stack.mjs";

let stack, child, browser;

before(async () => {
  stack = await describe();
  child = await startProvider(stack);
  browser = new Browser(stack);
});
after(() => {
  child?.kill();
  rmSync(stack.dir, { recursive: true, force: true });
});

const redirectUri = () => `${stack.origins.inpage}/auth/callback`;

async function signIn({ challenge, resource }) {
  const url = new URL(`${stack.origins.id}/auth`);
  const parameters = {
    client_id: stack.clients.inpage.id,
    response_type: "code",
    scope: "openid offline_access read",
    redirect_uri: redirectUri(),
    ...(challenge ? { code_challenge: challenge, code_challenge_method: "S256" } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  for (const value of resource) url.searchParams.append("resource", value);
  const stop = (next) => next.startsWith(redirectUri());
  let page = await browser.navigate(url.href, { stop });
  if (page.text.includes('name="login"')) {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    page = await browser.navigate(page.url, { method: "POST", body: "login=ada&password=x", headers, stop });
  }
  return new URL(page.url).searchParams;
}

async function token(parameters) {
  const { id, secret } = stack.clients.inpage;
  return browser.request(`${stack.origins.id}/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams(parameters).toString(),
  });
}

test("gives JWT access tokens signed as the resource asks, and rotates refresh tokens", async () => {
  const es256 = `${stack.origins.api}/es256`;
  const rs256 = `${stack.origins.api}/rs256`;
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const returned = await signIn({ challenge, resource: [es256, rs256] });
  assert.equal(returned.get("iss"), stack.origins.id);

  const first = await token({
    grant_type: "authorization_code",
    code: returned.get("code"),
    redirect_uri: redirectUri(),
    code_verifier: verifier,
    resource: es256,
  });
  assert.equal(first.status, 200, first.text);
  assert.equal(decodeProtectedHeader(first.json.access_token).alg, "ES256");
  assert.equal(decodeJwt(first.json.access_token).aud, es256);
  assert.equal(first.json.expires_in, stack.accessTokenSeconds);

  const renew = (refresh_token) =>
    token({ grant_type: "refresh_token", refresh_token, resource: rs256, scope: "read" });
  const second = await renew(first.json.refresh_token);
  assert.equal(second.status, 200, second.text);
  assert.equal(decodeProtectedHeader(second.json.access_token).alg, "RS256");
  assert.equal(decodeJwt(second.json.access_token).aud, rs256);
  assert.notEqual(second.json.refresh_token, first.json.refresh_token);

  const again = await renew(first.json.refresh_token);
  assert.equal(again.json.error, "invalid_grant");
  const afterwards = await renew(second.json.refresh_token);
  assert.equal(afterwards.json.error, "invalid_grant", "a second use must end the whole grant");
});

test("requires PKCE", async () => {
  const returned = await signIn({ resource: [] });
  assert.equal(returned.get("error"), "invalid_request");
});
