// A real attacker: runs a server that allows every origin with credentials and names back every header, and has the
// vault call it, or a part of the API that does so but is not listed.
export default {
  row: "own-endpoints",
  expected: ["loses", "loses"],
  after: async ({ api, evil, sibling }, { attempt }) => {
    const outcomes = [];
    for (const url of [
      `${evil}/reflect`,
      `${sibling}/reflect`,
      `${api}/reflect`,
      `${api}/v2x/reflect`,
      `${api}/v1/../reflect`,
    ]) {
      for (const mode of ["cors", "no-cors", "same-origin"]) {
        outcomes.push(await attempt(url, { mode, credentials: "include", method: "POST", body: "x" }));
      }
    }
    return outcomes;
  },
  reached: ({ brought }) => brought.filter((outcome) => outcome === "resource_not_allowed").length >= 5,
};
