// The application: as small as one can be. Everything of it is global, for the attacker's comfort.
import { openVault } from "/pkg/index.js";

const { redteam } = globalThis;
const options = redteam.isolated
  ? { isolated: redteam.vault }
  : { endpoints: "/auth", provider: redteam.id, resources: redteam.resources };

const app = (globalThis.app = { done: false });
/** One request of the application's own, through what keeps its tokens. */
app.call = (path, init) => app.vault.fetch(`${redteam.api}${path}`, init);
app.login = () => app.vault.login({ returnTo: "/" });
app.ready = openVault(options).then(
  (vault) => {
    app.vault = vault;
    app.done = true;
  },
  (error) => {
    app.error = `${error.code}: ${error.message}`;
    app.done = true;
  },
);
