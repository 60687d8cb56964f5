// The demo's settings. One build serves both modes and any port, so the settings come from the site's own origin.
import type { Resource } from "strongroom";

export type DemoConfig =
  | { mode: "inpage"; endpoints: string; api: string; resources: Resource[] }
  | { mode: "isolated"; vault: string; api: string };

/** Reads `/config.json`; rejects with a plain sentence when the site does not give one. */
export const loadConfig = async (): Promise<DemoConfig> => {
  const response = await fetch("/config.json", { cache: "no-store" });
  if (!response.ok) throw new Error(`The site answered ${response.status} for its settings.`);
  return (await response.json()) as DemoConfig;
};
