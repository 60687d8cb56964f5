import { VaultError } from "../errors.ts";
import type { Configuration } from "../protocol.ts";

const KEY = Symbol.for("strongroom");

/**
 * One configuration for as long as the page lives: a script that comes into the page later cannot open a vault with a list of
 * its own beside the application's. Kept on `globalThis`, where it can be neither changed nor deleted, since the module can be
 * imported a second time under another address. It holds addresses, no secrets.
 *
 * Throws where another one is in force; gives what puts this one into force, once a worker has taken it.
 */
export const lock = ({ endpoints, provider, resources }: Configuration): (() => void) => {
  const wanted = JSON.stringify([endpoints, provider, resources]);
  const first = (globalThis as { [KEY]?: string })[KEY] ?? wanted;
  if (first !== wanted) throw new VaultError("config_invalid", "this page uses another one");
  return () => void Reflect.defineProperty(globalThis, KEY, { value: wanted });
};
