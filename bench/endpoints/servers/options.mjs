// The endpoints as all servers here have them. The provider lets in whoever the browser says it is.

const RESOURCE = { audience: "https://api.example.com", scope: "read" };

/** A session may be refreshed again at once: nobody could measure if each rested for a minute. */
const TIMING = { timeout: 0, overlap: 0, rest: 0, late: 0 };

/** What `createEndpoints` takes. `renew` asks a provider each time; without it access tokens are held and live long. */
export function optionsOf(store, origin, { path = "/auth", secrets, renew } = {}) {
  // As long as tokens are.
  const token = { accessToken: "x".repeat(800), scope: RESOURCE.scope, expiresIn: renew ? 0.001 : 86_400 };
  const provider = {
    ...{ application: "bench", resources: [RESOURCE], timeout: 8000, patience: 25_000 },
    authorize: async (redirectUri) => {
      const [state, nonce, verifier] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
      const expected = { state, nonce, verifier, redirectUri };
      return { url: `${redirectUri}?state=${state}`, expected };
    },
    redeem: async (callback) => {
      const { subject, refreshToken = "a refresh token" } = Object.fromEntries(callback.searchParams);
      return { identity: { subject, claims: { name: "Ada" } }, granted: { ...token, refreshToken } };
    },
    renew: async (refreshToken) => {
      const renewal = await renew(refreshToken, RESOURCE);
      if (renewal.outcome !== "granted") return renewal;
      return { outcome: "granted", granted: { ...renewal.granted, expiresIn: token.expiresIn } };
    },
    revoke: async () => undefined,
    logoutUrl: async () => undefined,
  };
  return { origins: [origin], provider, store, secrets, path, timing: TIMING };
}
