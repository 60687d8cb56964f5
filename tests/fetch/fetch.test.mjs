import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ENGINES, launch } from "../engines/index.mjs";
import { cases } from "./cases/index.mjs";
import { differences } from "./differences.mjs";
import { demands, explanation, explanations, unused } from "./explained.mjs";
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
        const unexplained = (expected, found) =>
          differences(expected, found).filter(({ at }) => !explanation(engine, name, at));
        // Whatever plain fetch does: once it has disagreed with itself, or with the vault, it is asked some more.
        const ways = [await run(name, "fetch")];
        const ask = async () => {
          const way = await run(name, "fetch");
          if (ways.every((known) => differences(known, way).length > 0)) ways.push(way);
        };
        await ask();
        for (let more = 0; ways.length > 1 && more < 3; more++) await ask();
        for (const mode of ["in the page", "isolated"]) {
          const result = await run(name, mode);
          const meets = () => ways.filter((way) => unexplained(way, result).length === 0);
          for (let more = 0; !meets().length && more < 3; more++) await ask();
          const [met] = meets();
          assert.ok(
            meets().length,
            `${mode}, differs: ${JSON.stringify(ways.map((way) => unexplained(way, result)))}`,
          );
          assert.ok(!met?.timeout && !met?.failed, `the case itself: ${JSON.stringify(met)}`);
          assert.ok(!result?.timeout, mode);
          for (const { always, because } of demands(engine, name)) {
            assert.ok(always(result), `${mode}, although ${because}: ${JSON.stringify(result)}`);
          }
          for (const { at } of differences(met, result)) explained.add(explanation(engine, name, at));
        }
        for (const because of explanations(engine, name)) if (explained.has(because)) t.diagnostic(because);
        if (ways.length > 1) t.diagnostic(`plain fetch, now and then: ${JSON.stringify(ways)}`);
      });
    }

    it("explains no difference that there is not", () => assert.deepEqual(unused(engine, explained), []));
  });
}
