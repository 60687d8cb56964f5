// The results as a table for people.

/** Markdown, one table a runtime and mode; a cell is the median, its middle half, and the ratio to jose. */
export function table(report, runtimes) {
  const lines = [
    "# Verifying tokens, beside others",
    "",
    `\`cargo xtask bench verify\`, ${report.date}, ${report.machine}. All take turns in one process. ` +
      `Microseconds a token: median (middle half) and × jose's median. **Cold**: ${report.tokens.cold} tokens, each new (${report.tokens.coldOnWorkerd} on workerd, where a part of a request's own cost is measured with them). ` +
      `**Warm**: ${report.tokens.warm} tokens seen before, each time as a fresh string. The bare native calls get bytes that lie ready ` +
      "and check nothing else: no library can be faster with them. The bare look-up is a `Map` by the last 43 characters and `===`, " +
      "without any check: what the machine needs for a text that it has not seen.",
    "",
  ];
  for (const runtime of runtimes) {
    const { version, rounds, rows } = report.runtimes[runtime];
    for (const mode of ["cold", "warm"]) {
      const columns = rows.filter((row) => row.mode === mode);
      const names = [...new Set(columns.flatMap(({ subjects }) => Object.keys(subjects)))];
      lines.push(`## ${version}, ${mode}, ${rounds} rounds`, "");
      lines.push(`| | ${columns.map(({ alg, length }) => `${alg} ${length} B`).join(" | ")} |`);
      lines.push(`|---|${columns.map(() => "---").join("|")}|`);
      for (const name of names)
        lines.push(`| ${name} | ${columns.map((row) => cell(row, name)).join(" | ")} |`);
      lines.push("");
    }
  }
  return lines.join("\n");
}

function cell({ subjects }, name) {
  const own = subjects[name];
  if (!own) return "–";
  const digits = (number) => (number < 10 ? number.toFixed(2) : number.toFixed(0));
  const ratio = subjects.jose ? ` ×${(own.median / subjects.jose.median).toPrecision(2)}` : "";
  return `${digits(own.median)} (${digits(own.low)}–${digits(own.high)})${ratio}`;
}
