import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const executable = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
};

const folders = (parent) => {
  try {
    return readdirSync(parent).map((name) => join(parent, name));
  } catch {
    return [];
  }
};

/**
 * Finds a program: the one that the environment names, else the first of `candidates` (names looked up on the path, or
 * whole paths). Not finding it is an error that says what to do.
 *
 * @param {{ what: string, env: string, candidates: string[], install: string }} wanted
 */
export const program = ({ what, env, candidates, install }) => {
  const named = process.env[env];
  if (named) {
    if (executable(named)) return named;
    throw new Error(`${env} names ${named}, which is no program`);
  }
  const path = (process.env.PATH ?? "").split(delimiter);
  const files = candidates.flatMap((name) =>
    name.includes("/") ? [name] : path.map((folder) => join(folder, name)),
  );
  const found = files.find(executable);
  if (found) return found;
  throw new Error(`${what} is needed. Install it: ${install} (Debian), or name one: ${env}=/path/to/it`);
};

/** Where distributions put WebKitGTK's helper programs, which are on no path. */
export const webkitFolders = () =>
  [...folders("/usr/lib"), "/usr/lib64", "/usr/libexec"].flatMap((folder) =>
    ["webkitgtk-6.0", "webkit2gtk-4.1"].map((version) => join(folder, version)),
  );
