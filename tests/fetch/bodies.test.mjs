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
/** The first member of a message that has an answer's head. */
const RESPONSE = 2;
const { Bodies } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`
);

const KIB = 1024;
const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Longer than an answer waits for its body. */
const moment = () => new Promise((resolve) => setTimeout(resolve, 30));

/** A body of chunks of these sizes, and the sizes of the chunks of each message that it goes in; the first has the head. */
const start = (sizes, end = (controller) => controller.close(), headers = {}, empty = false) => {
  const left = [...sizes];
  const sent = [];
  const bodies = new Bodies((message, transfer) => {
    const [chunks, over] = message.slice(-2);
    assert.equal(message[1], 7);
    assert.equal(message.length, message[0] === RESPONSE ? 10 : 4);
    assert.deepEqual(
      transfer,
      chunks.map(({ buffer }) => buffer),
    );
    const head = message[0] === RESPONSE ? ["head"] : [];
    sent.push([...head, ...chunks.map(({ byteLength }) => byteLength), ...(over ? ["over"] : [])]);
  });
  const body = new ReadableStream(
    {
      pull: (controller) => {
        const size = left.shift();
        if (size === undefined) return end(controller);
        controller.enqueue(new Uint8Array(size));
      },
    },
    { highWaterMark: 0 },
  );
  const result = { bodies, sent, left, outcome: "under way" };
  bodies.pump(7, new Response(body, { headers }), empty).then(
    () => (result.outcome = "done"),
    (error) => (result.outcome = error.message),
  );
  return result;
};

test("an answer whose body is soon there goes in one message", async () => {
  const body = start([1, 2, 3, 4]);
  await turn();
  assert.deepEqual(body.sent, [["head", 1, 2, 3, 4, "over"]]);
  assert.equal(body.outcome, "done");
  const empty = start([]);
  await turn();
  assert.deepEqual(empty.sent, [["head", "over"]]);
  await moment();
  assert.equal(empty.sent.length, 1, "and only once");
});

test("an answer whose body lets itself be waited for goes ahead of it", async () => {
  let come;
  const body = start([10, 20], (controller) =>
    new Promise((resolve) => (come = resolve)).then(() => controller.close()),
  );
  await turn();
  assert.deepEqual(body.sent, []);
  await moment();
  assert.deepEqual(body.sent, [["head", 10, 20]]);
  come();
  await turn();
  assert.deepEqual(body.sent.slice(1), [["over"]]);
});

test("an answer without a body, or that must not have one, says so", async () => {
  const sent = [];
  const bodies = new Bodies((message) => sent.push(message.slice(-2)));
  await bodies.pump(7, new Response(null));
  const odd = new Response("body");
  Object.defineProperty(odd, "status", { value: 204 });
  await bodies.pump(7, odd);
  assert.deepEqual(sent, Array(2).fill([null, true]));
});

test("two messages go by themselves; what arrives meanwhile goes together, when the page has room", async () => {
  let more;
  const body = start(
    [],
    (controller) =>
      new Promise((resolve) => (more = () => (controller.enqueue(new Uint8Array(9)), resolve()))),
  );
  await moment();
  assert.deepEqual(body.sent, [["head"]]);
  for (let count = 0; count < 5; count++) {
    more();
    await turn();
  }
  assert.deepEqual([body.sent.slice(1), body.outcome], [[[9], [9]], "under way"]);
  body.bodies.pull(7);
  assert.deepEqual(body.sent.at(-1), [9, 9, 9]);
});

test("a page that asks for nothing holds the body back", async () => {
  const slow = start(Array(1000).fill(64 * KIB));
  await turn();
  assert.deepEqual(slow.sent[0], ["head", ...Array(4).fill(64 * KIB)]);
  assert.equal(
    slow.left.length,
    1000 - 4 - 2 - 4,
    "with the head, two on their way, and a message's worth of them",
  );
  slow.bodies.pull(7);
  await turn();
  assert.deepEqual(slow.sent.at(-1), Array(4).fill(64 * KIB));
  assert.equal(slow.left.length, 1000 - 4 - 2 - 8);
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

test("an answer whose body breaks off at once is an answer all the same", async () => {
  const body = start([10], (controller) => controller.error(new Error("broken")));
  await turn();
  assert.deepEqual([body.sent, body.outcome], [[["head", 10]], "broken"]);
});

const LARGE = { "content-length": String(2 ** 21) };

test("a body that says it is large waits until the page reads it", async () => {
  const body = start([10, 20, 30, 40], undefined, LARGE);
  await turn();
  assert.deepEqual([body.sent, body.left.length], [[["head"]], 4]);
  body.bodies.pull(7);
  await turn();
  assert.deepEqual(body.sent, [["head"], [10], [20], [30, 40, "over"]]);
  assert.equal(body.outcome, "done");
});

test("a page that wants all of a large body gets it in one message", async () => {
  const body = start(Array(40).fill(64 * KIB), undefined, LARGE);
  await turn();
  body.bodies.pull(7, true);
  await turn();
  assert.deepEqual(body.sent, [["head"], [40 * 64 * KIB, "over"]]);
  assert.equal(body.outcome, "done");
  const broken = start([10], (controller) => controller.error(new Error("broken")), LARGE);
  broken.bodies.pull(7, true);
  await turn();
  assert.deepEqual([broken.sent, broken.outcome], [[["head"]], "broken"]);
});

test("a body that nobody wants any more does not wait for ever", async () => {
  const large = start([10], undefined, LARGE);
  const held = start(Array(1000).fill(64 * KIB));
  await turn();
  for (const body of [large, held]) {
    assert.equal(body.outcome, "under way");
    body.bodies.cancel(7);
    await turn();
    assert.equal(body.outcome, "done");
  }
  assert.deepEqual(large.sent, [["head"]]);
  assert.ok(held.left.length > 900, "and is not read to its end");
});

test("an answer to HEAD is whole, whatever length it tells; a length that is none is no large one", async () => {
  const head = start([], undefined, LARGE, true);
  const odd = start([10], undefined, { "content-length": "5, 5" });
  await turn();
  assert.deepEqual(head.sent, [["head", "over"]]);
  assert.deepEqual(odd.sent, [["head", 10, "over"]]);
});
