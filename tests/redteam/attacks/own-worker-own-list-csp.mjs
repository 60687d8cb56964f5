// A real attacker: the same, on a page and a worker whose policy names the API alone in `connect-src`.
import open from "./own-worker-own-list.mjs";

export default { ...open, row: "own-worker-csp", csp: "exact", expected: ["loses", "loses"] };
