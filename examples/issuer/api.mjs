// The API. It looks at tokens, never at cookies: no other site can make a browser call it.
import { generateRegistrationOptions, verifyRegistrationResponse } from "@simplewebauthn/server";
import { unauthorized } from "strongroom/edge";

/** Adding a passkey takes a sign-in that is no older. */
const FRESH_SECONDS = 300;
const CHALLENGE_MILLIS = 5 * 60 * 1000;

/** A handler for the API's origin; pages of `origin` may call it. */
export function createApi({ origin, auth, users, verifier, now }) {
  const { hostname: rpID } = new URL(origin);
  const challenges = new Map();
  // Sessions that were ended lately, for as long as their last tokens live: a short deny list.
  const ended = new Map();

  const routes = {
    "GET /me": async ({ claims, user }) => ({
      name: user.name,
      role: claims.role,
      passkeys: user.passkeys.length,
    }),

    "GET /sessions": async ({ claims }) => {
      const entries = await allSessions(claims.sub);
      return entries.map(({ id, createdAt }) => ({ id, createdAt, current: id === claims.sid }));
    },

    "POST /sessions/revoke": async ({ claims, body }) => {
      // Only one's own.
      const found = (await allSessions(claims.sub)).some(({ id }) => id === body.id);
      if (!found) return undefined;
      await auth.sessions.revoke(body.id);
      for (const [id, until] of ended) if (until < now()) ended.delete(id);
      ended.set(body.id, now() + 3600);
      return { ended: body.id };
    },

    "POST /passkeys/options": async ({ claims, user }) => {
      if (now() - claims.auth_time > FRESH_SECONDS) return stepUp();
      const options = await generateRegistrationOptions({
        rpID,
        rpName: "Strongroom example",
        userName: user.name,
        userID: new TextEncoder().encode(user.id),
        excludeCredentials: user.passkeys.map(({ id, transports }) => ({ id, transports })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      });
      challenges.set(claims.sid, { challenge: options.challenge, until: Date.now() + CHALLENGE_MILLIS });
      return options;
    },

    "POST /passkeys": async ({ claims, user, body }) => {
      if (now() - claims.auth_time > FRESH_SECONDS) return stepUp();
      const expected = challenges.get(claims.sid);
      challenges.delete(claims.sid);
      if (!expected || expected.until < Date.now()) return undefined;
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response: body,
        expectedChallenge: expected.challenge,
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
      }).catch(() => ({ verified: false }));
      if (!verified) return undefined;
      user.passkeys.push(registrationInfo.credential);
      return { passkeys: user.passkeys.length };
    },
  };

  async function allSessions(subject) {
    const found = [];
    for (let cursor; ;) {
      const page = await auth.sessions.list(subject, cursor === undefined ? {} : { cursor });
      found.push(...page.sessions);
      cursor = page.cursor;
      if (cursor === undefined) return found;
    }
  }

  async function answer(request) {
    if (request.method === "OPTIONS") return new Response(null, { status: 204 });
    const route = routes[`${request.method} ${new URL(request.url).pathname}`];
    if (!route) return json({ code: "not_found" }, 404);
    const { claims } = await verifier.verify(request);
    const user = users.byId(claims.sub);
    if (!user || ended.has(claims.sid)) return json({ code: "session_ended" }, 401);
    const body = request.method === "POST" ? await request.json().catch(() => ({})) : {};
    const found = await route({ claims, user, body: body ?? {} });
    if (found instanceof Response) return found;
    return found === undefined ? json({ code: "refused" }, 400) : json(found);
  }

  return async function api(request) {
    // What is no refused token is a defect: `unauthorized` throws it on.
    const response = await answer(request).catch((error) => unauthorized(error));
    const headers = new Headers(response.headers);
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-headers", "authorization, content-type");
    headers.set("access-control-max-age", "600");
    headers.set("vary", "origin");
    return new Response(response.body, { status: response.status, headers });
  };
}

/** The page then asks for a fresh sign-in: `vault.login({ maxAge })`. */
function stepUp() {
  return json({ code: "step_up", maxAge: FRESH_SECONDS }, 403);
}

function json(body, status = 200) {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}
