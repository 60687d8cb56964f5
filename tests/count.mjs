// A reporter for Node's test runner that closes with the counts: one line for each outermost suite, where there are
// several, and one for all, however the suites nest: "N passed, N failed".
export default async function* count(source) {
  const all = { passed: 0, failed: 0 };
  const suites = [];
  const open = new Map(); // by file: what has been counted since its last outermost suite
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { file } = data;
    if (!open.has(file)) open.set(file, { passed: 0, failed: 0 });
    if (data.details?.type === "suite") {
      if (data.nesting > 0) continue;
      suites.push([data.name, open.get(file)]);
      open.delete(file);
      continue;
    }
    // A test that was skipped proves nothing; here it counts as failed.
    const passed = type === "test:pass" && data.skip === undefined && data.todo === undefined;
    for (const counts of [all, open.get(file)]) counts[passed ? "passed" : "failed"] += 1;
  }
  const told = ({ passed, failed }) => `${passed} passed, ${failed} failed\n`;
  if (suites.length > 1) for (const [name, counts] of suites) yield `${name}: ${told(counts)}`;
  yield told(all);
}
