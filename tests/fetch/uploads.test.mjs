// Upload progress, in each engine: told by a request that keeps to the same rules as one without.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { ENGINES, launch } from "../engines/index.mjs";
import { startLive } from "./live.mjs";

// More than the buffers between the two take while the server does not read.
const SIZE = 20_000_000;

const open = async (options) => {
  const { openVault } = await import("/dist/index.js");
  globalThis.vault = await openVault(options);
  globalThis.progress = [];
  globalThis.onUploadProgress = ({ loaded, total }) => progress.push([loaded, total]);
  globalThis.bodies = (size) => ({
    string: "x".repeat(size),
    blob: new Blob(["x".repeat(size)], { type: "text/own" }),
    buffer: new Uint8Array(size).buffer,
    view: new Uint8Array(size + 5).subarray(5),
    form: (() => {
      const form = new FormData();
      form.append("file", new File(["x".repeat(size)], "own.txt"));
      form.append("file", "again");
      return form;
    })(),
  });
};

for (const engine of process.env.STRONGROOM_ENGINES?.split(",") ?? ENGINES) {
  describe(`upload progress in ${engine}`, () => {
    let servers, browser, jar, page;
    before(async () => {
      servers = await startLive();
      browser = await launch(engine, { certificate: servers.certificate });
    });
    after(async () => {
      await browser?.close();
      servers?.close();
    });
    beforeEach(async () => {
      servers.api.seen = [];
      Object.assign(servers.api, { routes: {}, pause: 0 });
      jar = await browser.jar();
    });
    afterEach(() => jar.close());

    const start = async (more) => {
      page = await jar.open(`${servers.app}/`);
      const resources = [{ origin: servers.origin, ...more }];
      await page.evaluate(open, { endpoints: "/auth", resources });
    };
    const posts = () => servers.api.seen.filter(({ method }) => method === "POST");

    for (const kind of ["string", "blob", "buffer", "view", "form"]) {
      it(`of a ${kind}: ever more, and all of it in the end`, async () => {
        await start();
        servers.api.pause = 500;
        const result = await page.evaluate(
          async (url, kind, size) => {
            const body = bodies(size)[kind];
            const response = await vault.fetch(url, { method: "POST", body, onUploadProgress });
            const { status, type, redirected, headers } = response;
            return {
              status,
              type,
              redirected,
              shown: response.url,
              length: headers.has("content-length"),
              hidden: headers.has("date"),
              ...(await response.json()),
            };
          },
          `${servers.origin}/v1/upload`,
          kind,
          SIZE,
        );
        const { bytes, authorization, ...facts } = result;
        const shown = `${servers.origin}/v1/upload`;
        assert.deepEqual(facts, {
          status: 200,
          type: "cors",
          redirected: false,
          shown,
          length: true,
          hidden: false,
        });
        assert.match(authorization, /^Bearer canary-/);
        const progress = await page.evaluate(() => globalThis.progress);
        assert.ok(progress.length > 1, JSON.stringify(progress));
        assert.deepEqual(progress.at(-1), [bytes, bytes]);
        assert.ok(
          progress.every(([loaded], i) => i === 0 || loaded >= progress[i - 1][0]),
          String(progress),
        );
        assert.ok(kind === "form" ? bytes > SIZE : bytes === SIZE);
        const [{ headers }] = posts();
        const types = {
          string: /^text\/plain;charset=utf-8$/i,
          blob: /^text\/own$/,
          form: /^multipart\/form-data; ?boundary=/,
        };
        if (types[kind]) assert.match(headers["content-type"], types[kind]);
        else assert.equal(headers["content-type"], undefined);
      });
    }

    it("with paths: a redirect stays an error, the beginning and the end are told", async () => {
      await start({ paths: ["/v1/"] });
      servers.api.routes["/v1/away"] = (_, response) => response.writeHead(307, { location: "/admin" }).end();
      const outcome = await page.evaluate(async (origin) => {
        const send = (path) => vault.fetch(origin + path, { method: "POST", body: "body", onUploadProgress });
        const response = await send("/v1/upload");
        const told = [...progress];
        return [(await response.json()).bytes, told, await send("/v1/away").catch((error) => error.name)];
      }, servers.origin);
      assert.deepEqual(outcome, [
        4,
        [
          [0, 4],
          [4, 4],
        ],
        "TypeError",
      ]);
      assert.deepEqual(
        posts().map(({ path }) => path),
        ["/v1/upload", "/v1/away"],
      );
    });

    it("follows a redirect where fetch would, and says so", async () => {
      await start();
      servers.api.routes["/v1/moved"] = (_, response) =>
        response.writeHead(307, { location: "/v1/there" }).end();
      const outcome = await page.evaluate(async (origin) => {
        const send = (redirect) =>
          vault.fetch(`${origin}/v1/moved`, { method: "POST", body: "body", redirect, onUploadProgress });
        const { url, redirected } = await send("follow");
        return [url.slice(origin.length), redirected, await send("error").catch((error) => error.name)];
      }, servers.origin);
      assert.deepEqual(outcome, ["/v1/there", true, "TypeError"]);
    });

    it("keeps to what else the request says: no referrer, keepalive", async () => {
      await start();
      await page.evaluate(async (url) => {
        for (const own of [{ referrerPolicy: "no-referrer" }, { referrer: "" }, { keepalive: true }, {}]) {
          await vault.fetch(url, { method: "POST", body: "x", onUploadProgress, ...own });
        }
      }, `${servers.origin}/v1/upload`);
      const referrers = posts().map(({ headers }) => headers.referer);
      assert.deepEqual(referrers, [undefined, undefined, `${servers.app}/`, `${servers.app}/`]);
    });

    it("is retried once after an expired token, and begins anew", async () => {
      await start();
      const stale = servers.auth.tokens.length;
      servers.api.routes["/v1/upload"] = async (request, response) => {
        for await (const _ of request);
        const expired = request.headers.authorization === `Bearer canary-${stale}`;
        response.setHeader("access-control-expose-headers", "www-authenticate");
        if (expired) response.setHeader("www-authenticate", 'Bearer error="invalid_token"');
        response.writeHead(expired ? 401 : 200).end("done");
      };
      const outcome = await page.evaluate(async (url) => {
        await vault.fetch(`${url}/../warm`);
        await new Promise((resolve) => setTimeout(resolve, 2200));
        const response = await vault.fetch(url, { method: "POST", body: "y".repeat(1000), onUploadProgress });
        return [
          response.status,
          await response.text(),
          progress.filter(([loaded]) => loaded === 1000).length >= 2,
        ];
      }, `${servers.origin}/v1/upload`);
      assert.deepEqual(outcome, [200, "done", true]);
      assert.equal(posts().length, 2);
    });

    it("fails and aborts as fetch does", async () => {
      await start();
      let [asked, ended] = [0, 0];
      servers.api.routes["/v1/reset"] = (request) => request.socket.destroy();
      servers.api.routes["/v1/silent"] = (_, response) => {
        asked++;
        response.on("close", () => ended++);
      };
      servers.api.routes["/v1/empty"] = async (request, response) => {
        for await (const _ of request);
        response.writeHead(204).end();
      };
      const outcome = await page.evaluate(async (origin) => {
        const send = (path, init) =>
          vault.fetch(origin + path, { method: "POST", body: "x", onUploadProgress, ...init });
        const name = (promise) => promise.catch((error) => error.code ?? error.name);
        globalThis.controller = new AbortController();
        const { status, body } = await send("/v1/empty");
        const reset = await name(send("/v1/reset"));
        const refused = await name(send("/v1/upload", { headers: { authorization: "x" } }));
        globalThis.silent = name(send("/v1/silent", { signal: controller.signal }));
        return [status, body, reset, refused];
      }, servers.origin);
      assert.deepEqual(outcome, [204, null, "TypeError", "header_forbidden"]);
      assert.ok(await servers.until(() => asked));
      await page.evaluate(() => controller.abort(new RangeError("own")));
      assert.equal(await page.evaluate(() => globalThis.silent), "RangeError");
      assert.ok(await servers.until(() => ended), "the abort has reached the server");
    });
  });
}
