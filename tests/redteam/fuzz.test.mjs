// Random messages at everything that listens during and after the hand-over, in Chromium: no answer, no effect. By default a
// tenth of the 100,000 that STRONGROOM_ALL=1 sends; STRONGROOM_SEED repeats a run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch } from "../engines/index.mjs";
import { Play } from "./play.mjs";
import { seed } from "./sample.mjs";
import { startStack } from "./stack/start.mjs";

const count = process.env.STRONGROOM_ALL === "1" ? 100_000 : 10_000;
const number = seed(process.env.STRONGROOM_SEED);

/** Runs in the page. */
const fuzz = async ({ vault, evil, prepared: { count, number } }) => {
  const { app } = globalThis;
  let state = number >>> 0 || 1;
  /** xorshift32 */
  const random = (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const pick = (list) => list[random(list.length)];
  const words = [
    "strongroom:hello",
    "strongroom:port",
    "strongroom:broken",
    "strongroom",
    "",
    "x",
    evil,
    vault,
  ];
  const value = (depth) => {
    switch (random(depth > 3 ? 8 : 14)) {
      case 0:
        return pick(words);
      case 1:
        return random(2 ** 31) - 2 ** 30;
      case 2:
        return pick([null, undefined, true, false, NaN, Infinity, -0, 1e308]);
      case 3:
        return String.fromCharCode(...Array.from({ length: random(40) }, () => random(0x10000)));
      case 4:
        return BigInt(random(2 ** 31)) ** 9n;
      case 5:
        return new Date(random(2 ** 31));
      case 6:
        return new Uint8Array(random(100));
      case 7:
        return new RegExp("x", pick(["g", "i", ""]));
      case 8:
        return Array.from({ length: random(6) }, () => value(depth + 1));
      case 9:
        return Object.fromEntries(
          Array.from({ length: random(5) }, () => [
            pick(["endpoints", "resources", "data", "then", "0"]),
            value(depth + 1),
          ]),
        );
      case 10:
        return new Map([[value(depth + 1), value(depth + 1)]]);
      case 11:
        return new Set([value(depth + 1)]);
      case 12:
        return new Error(pick(words));
      default:
        return [random(12), random(100), ...Array.from({ length: random(6) }, () => value(depth + 1))];
    }
  };
  const [own] = document.querySelectorAll("iframe");
  // A second frame that nobody has handed a port to yet, and a stranger in the middle to send from.
  const open = document.createElement("iframe");
  open.src = `${vault}/`;
  const stranger = document.createElement("iframe");
  document.body.append(open, stranger);
  await new Promise((resolve) => (open.onload = resolve));
  const asStranger = stranger.contentWindow.Function(
    "to",
    "message",
    "options",
    "to.postMessage(message, options)",
  );
  const before = JSON.stringify(app.vault.session);
  const answers = [];
  for (let i = 0; i < count; i++) {
    const port = random(10) === 0 ? new MessageChannel() : undefined;
    if (port) port.port1.onmessage = ({ data }) => answers.push(String(data));
    const target = pick([own.contentWindow, open.contentWindow, window]);
    const message = value(0);
    const fromStranger = random(2) === 0;
    // The page itself is the parent: its own word with a port *is* the hand-over to a frame that waits for one.
    if (message === "strongroom:port" && target === open.contentWindow && !fromStranger) continue;
    const options = { targetOrigin: pick(["*", target === window ? location.origin : vault]) };
    if (port) options.transfer = [port.port2];
    if (fromStranger) asStranger(target, message, options);
    else target.postMessage(message, options);
    if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const response = await app.call("/v1/me");
  return { before, after: JSON.stringify(app.vault.session), answers, status: response.status };
};

test(`${count} random messages change nothing (seed ${number})`, { timeout: 600_000 }, async () => {
  const stack = await startStack();
  const browser = await launch("chromium", { certificate: stack.certificate, hosts: stack.hosts });
  try {
    const play = new Play(stack, browser, "isolated", { patience: 500_000 });
    const attack = { after: fuzz, prepare: () => ({ count, number }) };
    const { detail, outcome, places } = await play.attack(attack);
    assert.equal(detail.threw, undefined);
    assert.equal(detail.status, 200, "the vault still works");
    assert.equal(detail.after, detail.before);
    assert.deepEqual(detail.answers, [], "somebody was answered");
    assert.equal(outcome, "loses", places.join("\n"));
    const asked = stack.world.seen.filter(
      ({ name, path }) => name === "vault" && /refresh|logout/.test(path),
    );
    assert.ok(asked.length <= 4, "the messages made the vault ask for tokens");
  } finally {
    await browser.close();
    await stack.close();
  }
});
