// Every attack in every engine and both modes, against the real endpoints, API and provider, over TLS. By default a sample:
// STRONGROOM_SEED repeats one, STRONGROOM_ALL=1 runs everything, STRONGROOM_ENGINE and STRONGROOM_ATTACK name one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { ENGINES, launch } from "../engines/index.mjs";
import { ATTACKS } from "./attacks/index.mjs";
import { ROWS, STATED } from "./expected.mjs";
import { Play } from "./play.mjs";
import { chosen, seed } from "./sample.mjs";
import { startStack } from "./stack/start.mjs";

const MODES = ["in-page", "isolated"];
const all = process.env.STRONGROOM_ALL === "1";
const engines = ENGINES.filter((name) => (process.env.STRONGROOM_ENGINE ?? name) === name);
const names = Object.keys(ATTACKS).filter((name) => (process.env.STRONGROOM_ATTACK ?? name) === name);
const number = seed(process.env.STRONGROOM_SEED);

/** `row → mode → outcomes`, and in how many places tokens were found in the isolated mode. */
const measured = Object.fromEntries(Object.keys(ROWS).map((row) => [row, { "in-page": [], isolated: [] }]));
/** Where the engine itself makes a difference, and an attack says so. */
const differs = [];
let found = 0;
let runs = 0;

let stack;
before(async () => {
  stack = await startStack();
});
after(async () => {
  await stack?.close();
  print();
});

for (const engine of engines) {
  describe(engine, () => {
    let browser;
    before(async () => {
      browser = await launch(engine, { certificate: stack.certificate, hosts: stack.hosts });
    });
    after(() => browser?.close());

    for (const [index, mode] of MODES.entries()) {
      describe(mode, () => {
        let play;
        before(() => {
          play = new Play(stack, browser, mode, { heaps: all });
        });
        after(() => play?.close());

        // By the application's own button, at the provider's own form, back over the endpoints' callback.
        test("a person signs in, and is signed in after a reload", { timeout: 400_000 }, async () => {
          const { used, detail, missed } = await play.attack({ reload: (_, redteam) => redteam.session() });
          assert.deepEqual([detail.status, detail.subject], ["signed-in", "ada"]);
          const works = [200, 200, 200, 403, "TypeError", "resource_not_allowed"];
          assert.deepEqual(used, [works, works, works]);
          assert.deepEqual(missed, []);
        });

        const expectedOf = (name) => (ATTACKS[name].expectedIn?.[engine] ?? ATTACKS[name].expected)[index];
        const apply = names.filter((name) => expectedOf(name) !== null);
        const picked = all || names.length === 1 ? apply : chosen(apply, `${number} ${engine} ${mode}`);
        for (const name of picked) {
          test(name, { timeout: 400_000 }, async () => {
            const attack = ATTACKS[name];
            const { outcome, places, detail, missed } = await play.attack(attack);
            runs += 1;
            if (expectedOf(name) === attack.expected[index]) measured[attack.row][mode].push(outcome);
            else differs.push(`${engine}, ${mode}: ${name} ${outcome}`);
            if (mode === "isolated" && !STATED.includes(attack.row)) found += places.length;
            const seen = `${places.join("\n")}\n${JSON.stringify(detail)?.slice(0, 500)}`;
            assert.equal(outcome, expectedOf(name), `the attack ${outcome}\n${seen}`);
            assert.deepEqual(missed, [], `it proves nothing\n${seen}`);
          });
        }
      });
    }
  });
}

test("each attack that may lose tells whether it got to its point", () => {
  for (const [name, { expected, expectedIn = {}, reached }] of Object.entries(ATTACKS)) {
    const may = [expected, ...Object.values(expectedIn)].flat().includes("loses");
    assert.equal(typeof reached, may ? "function" : "undefined", name);
  }
});

test("the design's table is what the attacks expect, row by row", () => {
  for (const [row, [what, ...ends]] of Object.entries(ROWS)) {
    const those = Object.values(ATTACKS).filter((attack) => attack.row === row);
    const expected = MODES.map((_, index) =>
      summary(those.map(({ expected }) => expected[index]).filter((outcome) => outcome !== null)),
    );
    assert.deepEqual(expected, ends, what);
  }
  for (const [name, { row }] of Object.entries(ATTACKS)) assert.ok(ROWS[row], name);
});

test("the threat model names every attack, and in bold those that win", () => {
  const text = readFileSync(new URL("../../docs/threat-model.md", import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => line.startsWith("| ") && line.split("|").length === 6);
  const cells = lines.map((line) => line.split("|").slice(1, 5));
  const named = cells.flatMap(([, , , last]) => last.trim().split(/[,;] /));
  for (const [name, { row, expected }] of Object.entries(ATTACKS)) {
    const shown = expected.includes("wins") ? `**${name}**` : name;
    assert.ok(named.includes(shown), `${shown} (${row}) is not in docs/threat-model.md`);
  }
  // Rows may be put together there; how they end may not change by that.
  for (const [, ...ends] of Object.values(ROWS)) {
    const bold = ends.map((end) => (end === "wins" ? "**wins**" : end));
    assert.ok(cells.some(([, ...rest]) => bold.every((end, index) => rest[index].trim() === end)));
  }
});

/** One attack that wins makes the row a win. */
const summary = (outcomes) => (outcomes.length === 0 ? "–" : outcomes.includes("wins") ? "wins" : "loses");

const print = () => {
  const lines = [["an injected script tries to …", "in-page", "isolated", "runs", "expected"]];
  for (const [row, [what, inPage, isolated]] of Object.entries(ROWS)) {
    const { "in-page": here, isolated: there } = measured[row];
    lines.push([
      what,
      summary(here),
      summary(there),
      String(here.length + there.length),
      `${inPage} / ${isolated}`,
    ]);
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines) console.log(line.map((cell, column) => cell.padEnd(widths[column])).join("  "));
  console.log(
    `${Object.keys(ATTACKS).length} attacks; ${runs} runs; seed ${number}${all ? ", all of them" : ""}`,
  );
  for (const line of differs) console.log(`not in the table: ${line}`);
  console.log(
    `places where a token was found in isolated mode: ${found} (but for the listed API that echoes it)`,
  );
};

test("no token was found in isolated mode, and the table is the expected one", () => {
  assert.equal(found, 0);
  for (const [row, [what, inPage, isolated]] of Object.entries(ROWS)) {
    for (const [mode, expected] of [
      ["in-page", inPage],
      ["isolated", isolated],
    ]) {
      const outcome = summary(measured[row][mode]);
      // A sample may not have the one that wins.
      const fits = outcome === expected || outcome === "–" || (!all && outcome === "loses");
      assert.ok(fits, `${what}, ${mode}: ${outcome}, and ${expected} is expected`);
    }
  }
});
