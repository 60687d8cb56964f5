// The attacks that do not depend on how the tokens are kept, against the vault in both modes and against what others do, in
// Chromium. Writes bench/results/redteam.md with --record. Run: node tests/redteam/peers.mjs [--record]
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch } from "../engines/index.mjs";
import { ATTACKS } from "./attacks/index.mjs";
import { Play, SUBJECTS } from "./play.mjs";
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
      const play = new Play(stack, browser, subject, { heaps: true });
      for (const name of names) {
        const { outcome, used, places } = await play.attack(ATTACKS[name]);
        table[name][subject] = outcome;
        console.log(`${subject}: ${name}: ${outcome} ${JSON.stringify(used)} ${places.length} places`);
        const index = ["in-page", "isolated"].indexOf(subject);
        if (SUBJECTS[subject].ours && outcome !== ATTACKS[name].expected[index]) {
          wrong.push(`${subject}: ${name}: ${outcome}`);
        }
        if (used.flat().every((status) => typeof status !== "number"))
          wrong.push(`${subject}: ${name}: nothing worked`);
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
security policy, in Chromium ${chromium}, against the real provider (\`oidc-provider\`). "wins": a token's bytes were found where the page
or the attacker's server can see them, or the attack reached what its file says. The libraries are set up as their documentation has
it. Made by \`node tests/redteam/peers.mjs --record\`.

| attack | ${head.join(" | ")} |
|---|${subjects.map(() => "---|").join("")}
${rows.join("\n")}
| **won** | ${count.map((wins) => `**${wins} of ${names.length}**`).join(" | ")} |

The attacker always wins two: using what the page can use, and an API that itself echoes the token.
`;
}
