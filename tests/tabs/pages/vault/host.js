import { hostVault } from "/sdk/host.js";

const { apps, endpoints, resources } = await (await fetch("/config.json")).json();
await hostVault({ apps, endpoints, resources });
