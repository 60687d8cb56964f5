import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ENGINES, launch } from "../engines/index.mjs";
import { cases } from "./cases/index.mjs";
import { differences } from "./differences.mjs";
import { explanation, sometimes, unused } from "./explained.mjs";
import { start } from "./servers.mjs";

const servers = await start();
after(() => servers.close());

for (const engine of process.env.STRONGROOM_ENGINES?.split(",") ?? ENGINES) {
  describe(engine, () => {
    let browser;
    let page;
    const call = (method, ...given) =>
      page.evaluate(
        async (method, given) => (await import("/page/page.mjs"))[method](...given),
        method,
        given,
      );
    const run = (name, kind) => call("run", name, kind, servers.settings);

    before(async () => {
      browser = await launch(engine, { certificate: servers.certificate });
      page = await (await browser.jar()).open(servers.page);
      await call("open", servers.settings);
    });
    after(() => browser?.close());

    const explained = new Set();
    for (const { name } of cases) {
      it(name, async (t) => {
        const [expected, again] = [await run(name, "fetch"), await run(name, "fetch")];
        const always = sometimes(engine, name);
        if (!always) assert.deepEqual(again, expected, "plain fetch does not agree with itself");
        assert.ok(!expected?.timeout && !expected?.failed, `the case itself: ${JSON.stringify(expected)}`);
        const reasons = new Set();
        for (const mode of ["in the page", "isolated"]) {
          const result = await run(name, mode);
          const found = differences(expected, result);
          assert.ok(always?.(result) ?? true, `${mode}: ${JSON.stringify(result)}`);
          for (const { at } of found) {
            const because = explanation(engine, name, at);
            assert.ok(because, `${mode}, differs at ${at}: ${JSON.stringify(found)}`);
            reasons.add(because);
          }
        }
        for (const because of reasons) {
          explained.add(because);
          t.diagnostic(because);
        }
      });
    }

    it("explains no difference that there is not", () => assert.deepEqual(unused(engine, explained), []));
  });
}
