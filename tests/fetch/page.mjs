import { cases } from "./cases/index.mjs";
import { sleep } from "./look.mjs";

const native = globalThis.fetch;
const PATIENCE = 8000;

let vault;

/** Opens the vault that the battery is run against. */
export const open = async (origins) => {
  const { openVault } = await import("/dist/index.js");
  vault = await openVault({
    endpoints: "/auth",
    resources: Object.values(origins).map((origin) => ({ origin, redirects: true })),
  });
  await vault.fetch(`${origins.api}/warm/answer`); // a token is there from now on
};

const fetches = {
  fetch: (...given) => native(...given),
  vault: (...given) => vault.fetch(...given),
};

/** Runs one case with plain fetch or with the vault's; gives its result, free of what differs from run to run. */
export const run = async (name, kind, origins) => {
  const id = `${kind}${crypto.randomUUID().slice(0, 8)}`;
  const at = {
    ...Object.fromEntries(
      Object.entries(origins).map(([origin, base]) => [origin, (path) => `${base}/${id}/${path}`]),
    ),
    own: (path) => `/${id}/${path}`,
    /** The function itself, for what has to be done with it alone. */
    itself: kind === "fetch" ? native : vault.fetch,
    seen: async () => (await native(`/seen/${id}`)).json(),
    /** Waits until the server has seen what a case waits for. */
    until: async (condition) => {
      for (let waited = 0; waited < 2000; waited += 20) {
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
    .run(fetches[kind], at)
    .catch((error) => ({ failed: `${error?.name}: ${error?.message}` }));
  const result = await Promise.race([work, timeout]);
  await native(`/end/${id}`);
  return JSON.parse((JSON.stringify(result) ?? "null").replaceAll(id, "RUN"));
};
