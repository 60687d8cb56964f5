import assert from "node:assert/strict";
import { messageRecorder, REPORT } from "./messages.mjs";
import { readPlaces } from "./places.mjs";
import { Secrets } from "./secrets.mjs";
import { stringsIn } from "./strings.mjs";

const OBJECTS = 400_000;

/**
 * Watches every page of a browser context for secrets: learns them from the network, where the page has no eyes,
 * and searches whatever the page could read or was told.
 */
export class LeakWatch {
  secrets = new Secrets();
  /** What pages said or heard since the last check. */
  #heard = [];
  #learning = new Set();
  #context;
  #cookie;
  /** How many messages were heard in all, so that a deaf recorder is noticed. */
  messages = 0;
  /** By what they came: `Worker message`, `BroadcastChannel message`, … */
  ways = new Set();

  /**
   * @param {import("playwright-core").BrowserContext} context with no page open yet
   * @param {{ cookie: string, channels?: string[] }} options the session cookie's name, whose value is a secret too, and the
   *   broadcast channels any script of the origin could listen to
   */
  static async on(context, { cookie, channels = [] }) {
    const watch = new LeakWatch();
    watch.#context = context;
    watch.#cookie = cookie;
    await context.exposeBinding(REPORT, ({ frame }, place, text) => {
      watch.messages += 1;
      watch.ways.add(place);
      watch.#heard.push([`${place} in ${frame.url()}`, text]);
    });
    await context.addInitScript({ content: messageRecorder(channels) });
    // The network tells neither of a worker made from a blob or data, nor of what follows a `#`.
    context.on("page", (page) =>
      page.on("worker", (worker) => watch.#heard.push(["a worker's address", worker.url()])),
    );
    context.on("console", (message) => watch.#heard.push(["console", message.text()]));
    context.on("weberror", (error) => watch.#heard.push(["uncaught error", String(error.error().stack)]));
    context.on("request", (request) => watch.#learn(() => watch.#fromRequest(request)));
    context.on("response", (response) => watch.#learn(() => watch.#fromResponse(response)));
    return watch;
  }

  #learn(work) {
    const learning = work().finally(() => this.#learning.delete(learning));
    this.#learning.add(learning);
  }

  async #fromRequest(request) {
    // Addresses are kept in histories and logs, so they are searched too.
    this.#heard.push(["an address requested", request.url()]);
    const headers = await request.allHeaders().catch(() => ({})); // the page may be gone by now
    const token = /^(?:Bearer|DPoP) (.+)$/i.exec(headers["authorization"] ?? "")?.[1];
    if (token) this.secrets.add("access token", token);
  }

  async #fromResponse(response) {
    if (!/json/.test(response.headers()["content-type"] ?? "")) return;
    const body = await response.text().catch(() => "");
    const given = body.matchAll(/"(access|id|refresh)_token"\s*:\s*"([^"]+)"/g);
    for (const [, kind, token] of given) this.secrets.add(`${kind} token`, token);
  }

  /** Fails if a secret is where a page can read it. Says where, never what. */
  async check() {
    await Promise.all(this.#learning);
    for (const { name, value } of await this.#context.cookies()) {
      if (name === this.#cookie) this.secrets.add("session handle", value);
    }
    const leaks = [];
    const search = (place, text) => {
      for (const name of this.secrets.in(text)) leaks.push(`${name} in ${place}`);
    };
    for (const page of this.#context.pages()) {
      for (const frame of page.frames()) {
        const places = await frame.evaluate(readPlaces);
        for (const [place, text] of Object.entries(places)) search(`${place} of ${frame.url()}`, text);
        const globals = await frame.evaluate(`(${stringsIn})(globalThis, ${OBJECTS})`);
        assert.ok(globals.complete, `the globals of ${frame.url()} are too many to search`);
        search(`the globals of ${frame.url()}`, globals.text);
      }
      search(`the heap of ${page.url()}`, await this.#heap(page));
    }
    for (const [place, text] of this.#heard.splice(0)) search(place, text);
    if (leaks.length > 0) assert.fail(leaks.join("\n"));
  }

  /** Everything the page's own thread holds, reachable by name or not: closures and module variables too. */
  async #heap(page) {
    const session = await this.#context.newCDPSession(page);
    const chunks = [];
    session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
    await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    await session.detach();
    return chunks.join("");
  }
}
