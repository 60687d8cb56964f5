// The isolated vault's page: everything the vault may do is configured here, on its own origin, where the
// application's scripts cannot change it. An application of your own would write the values down instead.
import { hostVault, type HostOptions } from "strongroom/host";

const response = await fetch("/config.json", { cache: "no-store" });
const { apps, endpoints, provider, resources } = (await response.json()) as HostOptions;

await hostVault({ apps, endpoints, provider, resources });
