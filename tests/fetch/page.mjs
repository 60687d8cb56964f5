import { cases } from "./cases/index.mjs";
import { sleep } from "./look.mjs";

const native = globalThis.fetch;
// A machine may be busy.
const PATIENCE = 30_000;
const ARRIVAL = 4000;

/** `fetch` itself, and what is compared with it, once it is open: the vault in each of its modes. */
const fetches = { fetch: native };

export const open = async ({ origins, resources, isolated }) => {
  const { openVault } = await import("/dist/index.js");
  const vaults = {
    "in the page": await openVault({ endpoints: "/auth", resources }),
    isolated: await openVault({ isolated }),
  };
  for (const [kind, vault] of Object.entries(vaults)) {
    fetches[kind] = vault.fetch;
    await vault.fetch(`${origins.api}/warm/answer`); // a token is there from now on
  }
};

/** Runs one case with one of them; gives its result, free of what differs from run to run. */
export const run = async (name, kind, { origins, isolated }) => {
  const alone = fetches[kind];
  const id = `run-${crypto.randomUUID()}`;
  const at = {
    ...Object.fromEntries(
      Object.entries(origins).map(([origin, base]) => [origin, (path) => `${base}/${id}/${path}`]),
    ),
    own: (path) => `/${id}/${path}`,
    /** The function itself, for what has to be done with it alone. */
    itself: alone,
    seen: async () => (await native(`/seen/${id}`)).json(),
    /** Waits until the server has seen what a case waits for; not long, since what is compared with may never do it. */
    until: async (condition, patience = ARRIVAL) => {
      const deadline = Date.now() + patience;
      while (Date.now() < deadline) {
        const seen = await at.seen();
        if (condition(seen)) return seen;
        await sleep(20);
      }
      return { waited: "in vain", seen: await at.seen() };
    },
  };
  const timeout = sleep(PATIENCE).then(() => ({ timeout: true }));
  const work = cases
    .find((one) => one.name === name)
    .run((...given) => alone(...given), at)
    .catch((error) => ({ failed: `${error?.name}: ${error?.message}` }));
  const result = await Promise.race([work, timeout]);
  await native(`/end/${id}`);
  // The isolated vault's requests come from its own origin: that is its purpose.
  const text = (JSON.stringify(result) ?? "null").replaceAll(id, "RUN").replaceAll(isolated, location.origin);
  return JSON.parse(text);
};
