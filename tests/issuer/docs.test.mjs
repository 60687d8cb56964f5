// The guide's example runs as it stands, with the functions that it leaves to its reader.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Browser, secret } from "./world.mjs";

const OURS = `
const loginPage = (action, problem = "") => new Response(action + problem);
const checkPassword = async (name, password) => (password === "right" ? { id: "user-1", name } : undefined);
const findUser = async () => ({ role: "editor" });
const { runs } = await import("./docs.test.mjs");
console.log(JSON.stringify(await runs(auth)));
`;

/** What a browser gets from the guide's application. */
export async function runs(auth) {
  const browser = new Browser(auth);
  const address = await browser.start();
  const wrong = await browser.post(address, { name: "Ada", password: "wrong" });
  const { location } = await browser.post(address, { name: "Ada", password: "right" });
  const { json } = await browser.refresh();
  const { role, sub } = JSON.parse(Buffer.from(json.access_token.split(".")[1], "base64url"));
  return [wrong.text.endsWith("Wrong"), location, sub, role, json.session.claims];
}

if (process.env.STRONGROOM_GUIDE !== "1") {
  test("the example in docs/issuer.md signs in", () => {
    const guide = readFileSync(new URL("../../docs/issuer.md", import.meta.url), "utf8");
    const [, example] = /```js\n(.*?)```/s.exec(guide);
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined, STRONGROOM_GUIDE: "1" };
    Object.assign(env, { RING_SECRET: secret(), SESSION_SECRET: secret() });
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", example + OURS], {
      ...{ cwd, encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] },
    });
    const expected = [true, "https://app.example.com/", "user-1", "editor", { name: "Ada" }];
    assert.deepEqual(JSON.parse(printed), expected);
  });
}
