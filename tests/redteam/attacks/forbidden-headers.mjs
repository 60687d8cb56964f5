// A real attacker: sets headers of their own on the vault's request (an empty `Authorization`, a method override, a
// line break) to have the token refused, moved or echoed.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api }, { attempt }) => {
    const outcomes = [];
    for (const headers of [
      { Authorization: "" },
      { authorization: "Basic x" },
      { "Proxy-Authorization": "x" },
      { DPoP: "x" },
      { Cookie: "a=b" },
      { "x-http-method-override": "TRACE" },
      { "access-control-request-headers": "authorization" },
      { connection: "authorization" },
      { "x-forwarded-host": "evil.example.net" },
    ]) {
      outcomes.push(await attempt(`${api}/v1/echo`, { method: "POST", body: "x", headers }));
    }
    for (const method of ["TRACE", "TRACK", "CONNECT", "OPTIONS", "HEAD"]) {
      outcomes.push(await attempt(`${api}/v1/me`, { method }));
    }
    return outcomes;
  },
  reached: ({ brought }) =>
    brought.length === 14 && brought.includes("header_forbidden") && brought.some((outcome) => outcome > 0),
};
