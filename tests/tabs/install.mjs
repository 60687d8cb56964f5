// The package as its users have it: packed, unpacked into a throw-away folder beside the demo's workers, with pages for
// the tabs. Below the repository, so that the package's own dependencies resolve.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = fileURLToPath(new URL("pages", import.meta.url));

/** Gives the folder, and how to delete it. */
export const install = () => {
  mkdirSync(path.join(root, "target"), { recursive: true });
  const folder = mkdtempSync(path.join(root, "target", "tabs-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const installed = path.join(folder, "node_modules/strongroom");
  mkdirSync(installed, { recursive: true });
  const pack = ["pack", "--silent", "--pack-destination", folder];
  const tarball = execFileSync("npm", pack, { cwd: path.join(root, "pkg"), encoding: "utf8" }).trim();
  execFileSync("tar", ["-xzf", path.join(folder, tarball), "--strip-components=1", "-C", installed]);
  for (const part of ["workers", "provider"]) {
    cpSync(path.join(root, "www", part), path.join(folder, part), { recursive: true });
  }
  for (const site of ["app", "vault"]) {
    cpSync(path.join(pages, site), path.join(folder, "dist", site), { recursive: true });
    cpSync(path.join(installed, "dist"), path.join(folder, "dist", site, "sdk"), { recursive: true });
  }
  return { folder, remove };
};
