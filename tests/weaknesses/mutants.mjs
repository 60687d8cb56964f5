// Shows that each regression fails once its defence is taken away: all mutants are compiled into one scratch copy of the
// committed sources, each behind a switch that the test throws; every weakness must pass with the switch off and fail with
// its own on. Writes bench/results/weaknesses.md with --record. Run: node tests/weaknesses/mutants.mjs [--record]
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MUTATIONS } from "./mutations.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tree = path.join(root, "target/mutants");
const names = Object.keys(MUTATIONS);

/** The scratch copy: the committed files, mutated, with this checkout's npm packages. */
function build() {
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(path.join(tree, "node_modules"), { recursive: true });
  execFileSync("sh", ["-c", `git archive HEAD | tar -x -C "${tree}"`], { cwd: root });
  cpSync(path.join(root, "tests/weaknesses"), path.join(tree, "tests/weaknesses"), { recursive: true });
  for (const name of readdirSync(path.join(root, "node_modules"))) {
    if (name !== "strongroom")
      symlinkSync(path.join(root, "node_modules", name), path.join(tree, "node_modules", name));
  }
  symlinkSync("../pkg", path.join(tree, "node_modules/strongroom"));
  names.forEach((name, number) => MUTATIONS[name].forEach((edit) => mutate(name, number + 1, edit)));
  // What the mutated wasm asks of the page besides.
  const glue = path.join(tree, "pkg/src/edge/glue.ts");
  const known = "if (/externref/.test(name)) return;";
  if (!readFileSync(glue, "utf8").includes(known)) throw new Error("the glue has another form");
  const asked = `if (/strongroomMutant/.test(name)) return (globalThis as any).strongroomMutant();\n${known}`;
  writeFileSync(glue, readFileSync(glue, "utf8").replace(known, asked));
  const lib = path.join(tree, "src/lib.rs");
  writeFileSync(lib, `${readFileSync(lib, "utf8")}\n${SWITCH}`);
  const env = { ...process.env, CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? path.join(root, "target") };
  const steps = [
    ["cargo", ["xtask", "build"]],
    ["node", ["tests/weaknesses/mutants.mjs", "run", ...process.argv.slice(2)]],
  ];
  for (const [program, args] of steps) {
    const { status } = spawnSync(program, args, { cwd: tree, env, stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  const table = path.join(tree, "weaknesses.md");
  if (existsSync(table)) cpSync(table, path.join(root, "bench/results/weaknesses.md"));
}

function mutate(name, number, { file, find, replace }) {
  const place = path.join(tree, file);
  const text = readFileSync(place, "utf8");
  if (!text.includes(find)) throw new Error(`"${name}" does not fit ${file} any more; looked for: ${find}`);
  const on = file.endsWith(".rs")
    ? `crate::mutant::on(${number})`
    : `((globalThis as any).strongroomMutant() === ${number})`;
  writeFileSync(
    place,
    text.replaceAll(find, () => replace.replaceAll(/\bON\b/g, on)),
  );
}

/** Which mutant runs is asked of the page, so that one build holds them all. */
const SWITCH = `
#[cfg(feature = "wasm")]
#[allow(missing_docs)]
pub mod mutant {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = strongroomMutant)]
        fn running() -> u32;
    }

    pub fn on(number: u32) -> bool {
        running() == number
    }
}
`;

/** A regression that never ends has failed. */
const tooLong = () =>
  new Promise((_, reject) => setTimeout(() => reject(new Error("it does not end")), 10_000));

/** Inside the copy: every weakness with no mutant, and with its own. */
async function run() {
  let running = 0;
  globalThis.strongroomMutant = () => running;
  const { GROUPS } = await import("./list/index.mjs");
  // The mutants of signature checks are mutants of the core's.
  const { use } = await import("./issuer.mjs");
  use("wasm");
  const rows = [];
  const wrong = [];
  for (const [group, weaknesses] of Object.entries(GROUPS)) {
    for (const { name, ids, defence, run: regression } of weaknesses) {
      const fails = async (number) => {
        running = number;
        try {
          await Promise.race([regression(), tooLong()]);
          return undefined;
        } catch (error) {
          return error;
        } finally {
          running = 0;
        }
      };
      const number = names.indexOf(defence) + 1;
      if (number === 0) wrong.push(`${name}: no mutation is named "${defence}"`);
      const intact = await fails(0);
      if (intact) wrong.push(`${name}: fails although nothing is mutated: ${intact.message}`);
      const mutated = number && (await fails(number));
      if (number && !mutated) wrong.push(`${name}: passes without "${defence}"`);
      rows.push(
        `| ${group} | ${name} | ${ids.join(", ") || "–"} | ${defence} | ${mutated ? "fails" : "**passes**"} |`,
      );
    }
  }
  const unused = names.filter(
    (name) =>
      !Object.values(GROUPS)
        .flat()
        .some(({ defence }) => defence === name),
  );
  wrong.push(...unused.map((name) => `no weakness has the defence "${name}"`));
  const table = `# Weaknesses and their defences

${rows.length} regressions in \`tests/weaknesses/\`, run against the wasm core on Node; all pass on the sources as they are. Each was run
again with its defence taken away, or, where the defence is a library's, with the weakness put back in front of it
(\`tests/weaknesses/mutations.mjs\`, ${names.length} mutants). Made by \`node tests/weaknesses/mutants.mjs --record\`.

| part | weakness | advisories | defence | without it |
|---|---|---|---|---|
${rows.join("\n")}
`;
  if (process.argv.includes("--record")) writeFileSync(path.join(root, "weaknesses.md"), table);
  const caught = rows.filter((row) => row.endsWith("| fails |")).length;
  console.log(
    `${rows.length} regressions, ${names.length} mutants: ${caught} fail once their defence is gone`,
  );
  if (wrong.length > 0) {
    console.error(wrong.join("\n"));
  }
  // What a mutant left hanging must not hold the process.
  process.exit(wrong.length > 0 ? 1 : 0);
}

if (process.argv[2] === "run") await run();
else build();
