import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ENGINES, launch } from "../engines/index.mjs";
import { cases } from "./cases/index.mjs";
import { differences } from "./differences.mjs";
import { explanation, unused } from "./explained.mjs";
import { start } from "./servers.mjs";

const servers = await start();
after(() => servers.close());

for (const engine of ENGINES) {
  describe(engine, () => {
    let browser;
    let page;
    const call = (method, ...given) =>
      page.evaluate(
        async (method, given) => (await import("/page/page.mjs"))[method](...given),
        method,
        given,
      );
    const run = (name, kind) => call("run", name, kind, servers.origins);

    before(async () => {
      browser = await launch(engine, { certificate: servers.certificate });
      page = await (await browser.jar()).open(servers.page);
      await call("open", servers.origins);
    });
    after(() => browser?.close());

    const explained = new Set();
    for (const { name } of cases) {
      it(name, async (t) => {
        const [expected, again] = [await run(name, "fetch"), await run(name, "fetch")];
        assert.deepEqual(again, expected, "plain fetch does not agree with itself");
        assert.ok(!expected?.timeout && !expected?.failed, `the case itself: ${JSON.stringify(expected)}`);
        const found = differences(expected, await run(name, "vault"));
        for (const difference of found) {
          const because = explanation(engine, name, difference.at);
          assert.ok(because, `differs at ${difference.at}: ${JSON.stringify(found)}`);
          explained.add(because);
        }
        if (found.length)
          t.diagnostic(`differs: ${[...new Set(found.map(({ at }) => explanation(engine, name, at)))]}`);
      });
    }

    it("explains no difference that there is not", () => assert.deepEqual(unused(engine, explained), []));
  });
}
