// The guide's examples run as they stand, its types fit the frameworks', and it leaves out no code and no option.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const read = (file) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const guide = read("docs/verifier.md");

/** What is said of a worker: that it answers a request without a token as it should. */
const ASK = `
import assert from "node:assert/strict";
const answer = await worker.fetch(new Request("https://api.example/"));
assert.deepEqual([answer.status, answer.headers.get("www-authenticate")], [401, "Bearer"]);
console.log("passed");
`;

describe("docs/verifier.md", () => {
  const examples = [...guide.matchAll(/^### (.+?)\n(?:(?!^###? ).*\n)*?```js\n([^]*?)```/gm)];
  test("has its examples", () => assert.ok(examples.length >= 7, String(examples.length)));
  for (const [, title, code] of examples) {
    test(`${title}: the example runs`, () => {
      const isWorker = code.includes("export default");
      const program = isWorker ? code.replace("export default", "const worker =") + ASK : code;
      const cwd = fileURLToPath(new URL(".", import.meta.url));
      const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
      const parameters = ["--input-type=module", "--eval", program];
      const printed = execFileSync(process.execPath, parameters, {
        cwd,
        encoding: "utf8",
        env,
        timeout: 60_000,
      });
      assert.match(printed, /passed\n$/);
    });
  }

  test("explains every code", () => {
    const [, union] = /export type TokenErrorCode =([^;]*);/.exec(read("pkg/src/edge/errors.ts"));
    const codes = [...union.replace(/\/\/.*/g, "").matchAll(/"(\w+)"/g)].map(([, code]) => code);
    assert.ok(codes.length > 20);
    for (const code of codes) assert.ok(guide.includes(`| \`${code}\` |`), `${code} is not explained`);
  });

  test("names every option", () => {
    const [, options] = /export interface VerifierOptions \{([^]*?)\n\}/.exec(read("pkg/src/edge/types.ts"));
    const names = [...options.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    assert.ok(names.length > 10);
    for (const name of names) assert.ok(guide.includes(`\`${name}\``), `${name} is not named`);
  });
});

test("the middleware is what the frameworks' types take", async () => {
  const typescript = path.dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const project = fileURLToPath(new URL("types", import.meta.url));
  await promisify(execFile)(process.execPath, [path.join(typescript, "bin/tsc"), "--project", project]).catch(
    (error) => {
      throw new Error(error.stdout || error.message);
    },
  );
});
