// How a body gets into messages: at once while the page keeps up, gathered while it does not, and never without bound.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("../../pkg/src/vault/bodies.ts", import.meta.url))],
  bundle: true,
  format: "esm",
  write: false,
});
const { Bodies } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`
);

const KIB = 1024;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A body of chunks of these sizes, and the sizes of the chunks of each message that it goes in. */
const start = (sizes, end = (controller) => controller.close(), headers = {}) => {
  const left = [...sizes];
  const sent = [];
  const bodies = new Bodies(([, id, chunks, over], transfer) => {
    assert.equal(id, 7);
    assert.deepEqual(
      transfer,
      chunks.map(({ buffer }) => buffer),
    );
    sent.push([...chunks.map(({ byteLength }) => byteLength), ...(over ? ["over"] : [])]);
  });
  const body = new ReadableStream(
    {
      pull: (controller) => {
        const size = left.shift();
        if (size === undefined) end(controller);
        else controller.enqueue(new Uint8Array(size));
      },
    },
    { highWaterMark: 0 },
  );
  const result = { bodies, sent, left, outcome: "under way" };
  bodies.pump(7, new Response(body, { headers })).then(
    () => (result.outcome = "done"),
    (error) => (result.outcome = error.message),
  );
  return result;
};

test("two messages go by themselves; what arrives meanwhile goes together, when the page has room", async () => {
  const { bodies, sent, left, ...rest } = start([10, 20, 30, 40, 50], () => {});
  await turn();
  assert.deepEqual(sent, [[10], [20]]);
  assert.deepEqual([left.length, rest.outcome], [0, "under way"]);
  bodies.pull(7);
  assert.deepEqual(sent.at(-1), [30, 40, 50]);
});

test("a page that asks for nothing holds the body back", async () => {
  const slow = start(Array(1000).fill(64 * KIB));
  await turn();
  assert.equal(slow.left.length, 1000 - 2 - 4, "two on their way, and a message's worth of them");
  slow.bodies.pull(7);
  await turn();
  assert.deepEqual(slow.sent.at(-1), Array(4).fill(64 * KIB));
  assert.equal(slow.left.length, 1000 - 2 - 8);
});

test("the end comes with the last bytes, whether or not the page has asked", async () => {
  const body = start([1, 2, 3, 4]);
  await turn();
  assert.deepEqual(body.sent, [[1], [2], [3, 4, "over"]]);
  assert.equal(body.outcome, "done");
  const empty = start([]);
  await turn();
  assert.deepEqual(empty.sent, [["over"]]);
});

test("a body that breaks off does not end, and a page that gives up frees one that waits", async () => {
  const body = start(Array(10).fill(200 * KIB), (controller) => controller.error(new Error("broken")));
  for (let asked = 0; asked < 20 && body.outcome === "under way"; asked++) {
    await turn();
    body.bodies.pull(7);
  }
  await turn();
  assert.equal(body.outcome, "broken");
  assert.ok(!body.sent.flat().includes("over"));
  const after = body.sent.length;
  body.bodies.pull(7);
  assert.equal(body.sent.length, after, "it is forgotten");
});

const LARGE = { "content-length": String(2 ** 21) };

test("a body that says it is large waits until the page reads it", async () => {
  const body = start([10, 20, 30, 40], undefined, LARGE);
  await turn();
  assert.deepEqual([body.sent, body.left.length], [[], 4]);
  body.bodies.pull(7);
  await turn();
  assert.deepEqual(body.sent, [[10], [20], [30, 40, "over"]]);
  assert.equal(body.outcome, "done");
});

test("a page that wants all of a large body gets it in one message", async () => {
  const body = start(Array(40).fill(64 * KIB), undefined, LARGE);
  await turn();
  body.bodies.pull(7, true);
  await turn();
  assert.deepEqual(body.sent, [[40 * 64 * KIB, "over"]]);
  assert.equal(body.outcome, "done");
  const broken = start([10], (controller) => controller.error(new Error("broken")), LARGE);
  broken.bodies.pull(7, true);
  await turn();
  assert.deepEqual([broken.sent, broken.outcome], [[], "broken"]);
});

test("a large body that nobody wants any more does not wait for ever", async () => {
  const body = start([10], (controller) => controller.error(new Error("aborted")), LARGE);
  await turn();
  body.bodies.pull(7);
  await turn();
  assert.equal(body.outcome, "aborted");
});
