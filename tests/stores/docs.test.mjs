// The guide's example runs as it stands.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("the kit's example in docs/stores.md passes", () => {
  const guide = readFileSync(new URL("../../docs/stores.md", import.meta.url), "utf8");
  const [, example] = /```js\n(.*?)```/s.exec(guide);
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const environment = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", example], {
    ...{ cwd, encoding: "utf8", env: environment },
  });
  const [, passed, failed] = /^# pass (\d+)$.*^# fail (\d+)$/ms.exec(printed) ?? [];
  assert.ok(Number(passed) > 30, printed);
  assert.equal(Number(failed), 0);
});
