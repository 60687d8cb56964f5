// The demo's settings. One build serves both modes and any port, so the settings come from the site's own origin.
import type { Resource } from "strongroom";

export type DemoConfig =
  | { mode: "inpage"; endpoints: string; api: string; resources: Resource[] }
  | { mode: "isolated"; vault: string; api: string };

/** The site did not give its settings. */
export class SiteError extends Error {}

/** Reads `/config.json`; rejects with a `SiteError`. */
export const loadConfig = async (): Promise<DemoConfig> => {
  const response = await fetch("/config.json", { cache: "no-store" }).catch(() => undefined);
  if (!response?.ok) throw new SiteError();
  return (await response.json()) as DemoConfig;
};
