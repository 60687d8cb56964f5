// Times into figures, and figures into tables.
import { confidence, difference, median, summary } from "./statistics.mjs";

/** What is kept of one engine's run. */
export const summarise = ({ times, ...rest }) => {
  const kinds = {};
  for (const [kind, contenders] of Object.entries(times)) {
    kinds[kind] = {};
    for (const [name, values] of Object.entries(contenders)) {
      const base = contenders.fetch;
      // The other SDK's rounds lie beside ours, not within them.
      const paired = base.length === values.length;
      kinds[kind][name] = {
        ...summary(values),
        added: median(values) - median(base),
        ...(paired ? { withinRounds: difference(values, base), confidence: confidence(values, base) } : {}),
      };
    }
  }
  return { ...rest, kinds };
};

const ms = (value) => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0));
const signed = (value) => `${value < 0 ? "−" : "+"}${ms(Math.abs(value))}`;
const row = (cells) => `| ${cells.join(" | ")} |`;
const table = (head, rows) =>
  [row(head), row(head.map((_, at) => (at < 2 ? "---" : "---:"))), ...rows.map(row)].join("\n");
const title = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKitGTK" };

const latencies = (engines, kind) =>
  Object.entries(engines).flatMap(([engine, { kinds }]) =>
    Object.entries(kinds[kind] ?? {}).map(([name, { median, quartiles, p99, added, confidence }], _, all) => [
      title[engine],
      name,
      ms(median),
      quartiles.map(ms).join(" … "),
      name === "fetch" ? "" : signed(added),
      confidence && name !== "fetch" ? confidence.map(signed).join(" … ") : "",
      ms(p99),
      name === "fetch" ? "" : signed(p99 - all[0][1].p99),
    ]),
  );

const throughputs = (engines, megabytes) =>
  Object.entries(engines).flatMap(([engine, { kinds }]) =>
    Object.entries(kinds)
      .filter(([kind]) => /load/.test(kind))
      .map(([kind, { fetch, vault, "fetch again": again }]) => [
        title[engine],
        kind,
        `${((megabytes * 1000) / fetch.median).toFixed(0)} MB/s`,
        `${((megabytes * 1000) / vault.median).toFixed(0)} MB/s`,
        `${((100 * fetch.median) / vault.median).toFixed(0)} %`,
        `${((100 * fetch.median) / again.median).toFixed(0)} %`,
        String(vault.rounds),
      ]),
  );

/** The whole page of results. */
export const document = ({ machine, node, megabytes, engines }) => {
  const head = [
    "engine",
    "who",
    "median ms",
    "quartiles",
    "added",
    "95 % interval",
    "p99 ms",
    "added at p99",
  ];
  const versions = Object.entries(engines).map(([engine, { version }]) => `${title[engine]} ${version}`);
  const parts = [
    "# `vault.fetch` beside `fetch`",
    "`cargo xtask bench vault` wrote this. All contenders take turns in one page, in an order drawn anew for each round. The servers run on the " +
      "same machine, over TLS. `fetch` carries a token as an application does that keeps one in the page; *fetch again* is the same once more: what it " +
      "differs by is noise. *auth0* is @auth0/auth0-spa-js (`getTokenSilently`, then `fetch`); *axa* is @axa-fr/oidc-client with its service worker, " +
      "on a page of its own, in blocks between the others.",
    `${machine}, Node ${node}; ${versions.join(", ")}.`,
    "## A request of 1 KiB",
    table(head, latencies(engines, "small")),
    "## 20 MB of JSON, parsed",
    table(head, latencies(engines, "json")),
    `## ${megabytes} MB`,
    table(["engine", "what", "fetch", "vault", "share", "noise", "rounds"], throughputs(engines, megabytes)),
    "## 1,000 requests at once, all completed",
    table(
      ["engine", "who and how", "ms"],
      Object.entries(engines).flatMap(([engine, { parallel }]) =>
        Object.entries(parallel).map(([name, time]) => [
          title[engine],
          name.replace(", api", " over HTTP/1.1").replace(", wide", " over HTTP/2"),
          ms(time),
        ]),
      ),
    ),
  ];
  const memory = Object.entries(engines).flatMap(([engine, { memory }]) =>
    Object.entries(memory).map(([name, values]) => [
      title[engine],
      name,
      values.map((value) => `${(value / 1024).toFixed(1)} KiB`).join(", "),
    ]),
  );
  if (memory.length > 0)
    parts.push(
      "## Memory of an answer that has begun and does not end",
      table(["engine", "who", "each"], memory),
    );
  const failures = Object.entries(engines).flatMap(([engine, { failures }]) =>
    Object.entries(failures).map(([name, why]) => `- ${title[engine]}: ${name} did not run: ${why}`),
  );
  if (failures.length > 0) parts.push("## What did not run", failures.join("\n"));
  return `${parts.join("\n\n")}\n`;
};
