// The attacks that do not depend on how the tokens are kept, against the vault in both modes and against what others do, in
// Chromium. Writes bench/results/redteam.md with --record. Run: node tests/redteam/peers.mjs [--record]
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch } from "../engines/index.mjs";
import { ATTACKS } from "./attacks/index.mjs";
import { Play } from "./play.mjs";
import { buildPeers } from "./stack/peers.mjs";
import { startStack } from "./stack/start.mjs";

const require = createRequire(import.meta.url);
const version = (name) => {
  const file = require.resolve.paths(name).map((folder) => `${folder}/${name}/package.json`);
  for (const candidate of file) {
    try {
      return require(candidate).version;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${name} is not installed`);
};

const HEADINGS = {
  localstorage: "localStorage",
  auth0: `auth0-spa-js ${version("@auth0/auth0-spa-js")}`,
  "auth0-worker": "the same, refresh tokens in its worker",
  "oidc-client": `oidc-client-ts ${version("oidc-client-ts")}`,
  "in-page": "Strongroom, in-page",
  isolated: "Strongroom, isolated",
};
const names = Object.keys(ATTACKS).filter((name) => ATTACKS[name].peers);
const subjects = Object.keys(HEADINGS).filter((name) => (process.env.STRONGROOM_SUBJECT ?? name) === name);
const wrong = [];
const table = Object.fromEntries(names.map((name) => [name, {}]));

const stack = await startStack();
try {
  await buildPeers(stack.dir);
  const browser = await launch("chromium", { certificate: stack.certificate, hosts: stack.hosts });
  try {
    for (const subject of subjects) {
      const index = ["in-page", "isolated"].indexOf(subject);
      // Ours are what `cargo xtask test redteam` holds them to.
      if (index >= 0) {
        for (const name of names) table[name][subject] = ATTACKS[name].expected[index];
        continue;
      }
      const play = new Play(stack, browser, subject);
      for (const name of names) {
        const { outcome, taken, used, places, missed } = await play.attack(ATTACKS[name]);
        const inSight = outcome === "wins" && !taken && !ATTACKS[name].goal;
        table[name][subject] = inSight ? "in sight" : outcome;
        console.log(
          `${subject}: ${name}: ${table[name][subject]} ${JSON.stringify(used)} ${places.length} places`,
        );
        if (used.flat().every((status) => typeof status !== "number"))
          wrong.push(`${subject}: ${name}: nothing worked`);
        // Not getting to its point is no fault here: what passes no messages has none to listen to.
        const faults = missed.filter((reason) => !/its point/.test(reason));
        if (outcome === "loses" && faults.length > 0)
          wrong.push(`${subject}: ${name} proves nothing: ${faults.join("; ")}`);
      }
      await play.close();
    }
    const text = report(browser.version);
    console.log(text);
    if (process.argv.includes("--record")) {
      writeFileSync(new URL("../../bench/results/redteam.md", import.meta.url), text);
    }
  } finally {
    await browser.close();
  }
} finally {
  await stack.close();
}
if (wrong.length > 0) console.error(wrong.join("\n"));
process.exit(wrong.length > 0 ? 1 : 0);

function report(chromium) {
  const head = subjects.map((name) => HEADINGS[name]);
  const rows = names.map(
    (name) => `| ${name} | ${subjects.map((subject) => table[name][subject]).join(" | ")} |`,
  );
  const count = subjects.map((subject) => names.filter((name) => table[name][subject] === "wins").length);
  return `# The same attacks on what others do

${names.length} attacks of \`tests/redteam/attacks/\` that do not depend on how tokens are kept, each in a page without a content
security policy, in Chromium ${chromium}, against the real provider (\`oidc-provider\`). "wins": the attack got hold of a token, or of what its
file says it is after; "in sight": it did not, but a token's bytes lay where a script of the page can read them; "loses": neither, or there was nothing of the kind to attack. The libraries are set up as their documentation has
it; Strongroom's columns are what \`cargo xtask test redteam\` holds it to. Made by \`node tests/redteam/peers.mjs --record\`.

| attack | ${head.join(" | ")} |
|---|${subjects.map(() => "---|").join("")}
${rows.join("\n")}
| **won** | ${count.map((wins) => `**${wins} of ${names.length}**`).join(" | ")} |

The attacker always wins two: using what the page can use, and an API that itself echoes the token.
`;
}
