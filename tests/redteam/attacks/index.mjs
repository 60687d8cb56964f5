// All attacks, by the name of their file.
import { readdirSync } from "node:fs";

const here = new URL(".", import.meta.url);
const files = readdirSync(here).filter((name) => name.endsWith(".mjs") && name !== "index.mjs");

/** @type {Record<string, import("../attack.mjs").Attack>} */
export const ATTACKS = Object.fromEntries(
  await Promise.all(
    files
      .toSorted()
      .map(async (name) => [name.replace(/\.mjs$/, ""), (await import(new URL(name, here))).default]),
  ),
);
