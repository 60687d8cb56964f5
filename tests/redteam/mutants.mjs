// Shows that the attacks bite: each defence is taken away in a scratch copy of the sources, and its attack must win there, in
// Chromium, where it loses on the sources as they are. Needs a built package. Writes bench/results/redteam-mutants.md with
// --record. Run: node tests/redteam/mutants.mjs [--record] [part of a defence's name]
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../engines/index.mjs";
import { ATTACKS } from "./attacks/index.mjs";
import { MUTATIONS } from "./mutations.mjs";
import { Play } from "./play.mjs";
import { startStack } from "./stack/start.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tree = path.join(root, "target/redteam-mutant");

/** The sources that the attacks meet, with this checkout's npm packages and wasm. */
function copy() {
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(path.join(tree, "node_modules"), { recursive: true });
  for (const name of ["pkg/src", "pkg/wasm", "pkg/build.mjs", "pkg/package.json", "pkg/tsconfig.json"]) {
    cpSync(path.join(root, name), path.join(tree, name), { recursive: true });
  }
  for (const name of ["workers", "provider"]) {
    cpSync(path.join(root, "www", name), path.join(tree, "www", name), { recursive: true });
  }
  for (const name of ["redteam", "browser", "demo", "endpoints", "engines"]) {
    cpSync(path.join(root, "tests", name), path.join(tree, "tests", name), { recursive: true });
  }
  for (const name of readdirSync(path.join(root, "node_modules"))) {
    if (name !== "strongroom")
      symlinkSync(path.join(root, "node_modules", name), path.join(tree, "node_modules", name));
  }
  symlinkSync("../pkg", path.join(tree, "node_modules/strongroom"));
  // Mutants need not have good types.
  mutate({
    file: "pkg/build.mjs",
    find: "spawnSync(process.execPath, tsc",
    replace: 'spawnSync("true", tsc',
  });
}

function mutate({ file, find, replace }) {
  const place = path.join(tree, file);
  const text = readFileSync(place, "utf8");
  if (!text.includes(find)) throw new Error(`${file} has no longer: ${find}`);
  writeFileSync(
    place,
    text.replaceAll(find, () => replace),
  );
}

function run(program, args) {
  const { status, stdout } = spawnSync(program, args, {
    cwd: tree,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`${args[0]} failed in the scratch copy: ${stdout}`);
  return stdout;
}

/** How the attack ends on the sources it runs in. */
async function attack(name, mode) {
  const stack = await startStack();
  try {
    const browser = await launch("chromium", { certificate: stack.certificate, hosts: stack.hosts });
    try {
      const play = new Play(stack, browser, mode);
      return (await play.attack(ATTACKS[name])).outcome;
    } finally {
      await browser.close();
    }
  } finally {
    await stack.close();
  }
}

if (process.argv[2] === "run") {
  console.log(`outcome: ${await attack(process.argv[3], process.argv[4])}`);
  process.exit(0);
}

const wanted = process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? "";
const chosen = Object.entries(MUTATIONS).filter(([name]) => name.includes(wanted));
const rows = [];
let wrong = 0;
for (const [defence, { attack: name, mode, edits }] of chosen) {
  copy();
  edits.forEach(mutate);
  run(process.execPath, ["pkg/build.mjs"]);
  const [, outcome] = /outcome: (\w+)/.exec(
    run(process.execPath, ["tests/redteam/mutants.mjs", "run", name, mode]),
  );
  const intact = ATTACKS[name].expected[mode === "isolated" ? 1 : 0];
  if (outcome !== "wins" || intact !== "loses") wrong += 1;
  rows.push(`| ${defence} | ${name} | ${mode} | ${intact} | ${outcome} |`);
  console.log(rows.at(-1));
}
rmSync(tree, { recursive: true, force: true });
const text = `# Attacks and the defences that stop them

Each defence was taken away in a scratch copy of the sources (\`tests/redteam/mutations.mjs\`), and the attack was run again in Chromium.
On the sources as they are \`cargo xtask test redteam\` holds each of these attacks to "loses". Made by
\`node tests/redteam/mutants.mjs --record\`.

| defence | attack | mode | with it | without it |
|---|---|---|---|---|
${rows.join("\n")}
`;
if (process.argv.includes("--record")) {
  writeFileSync(path.join(root, "bench/results/redteam-mutants.md"), text);
}
console.log(`${chosen.length} defences, ${chosen.length - wrong} of them seen to matter`);
process.exit(wrong > 0 ? 1 : 0);
