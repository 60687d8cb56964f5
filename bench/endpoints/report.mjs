// Slices into figures, and figures into a page.
import { median, quantile } from "../vault/statistics.mjs";

/** Median and the middle half. */
const spread = (values) => ({
  median: median(values),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
});

const figures = (slices) => ({
  refreshes: slices.reduce((sum, { refreshes }) => sum + refreshes, 0),
  perSecond: spread(slices.map(({ perSecond }) => perSecond)),
  p50: spread(slices.map(({ p50 }) => p50)),
  p99: spread(slices.map(({ p99 }) => p99)),
  micros: Object.fromEntries(
    Object.keys(slices[0].micros).map((part) => [part, spread(slices.map(({ micros }) => micros[part]))]),
  ),
});

/** What each ratio compares: pairs that do the same work. */
const PAIRS = [
  ["strongroom, issuing", "oidc-provider, refresh_token grant"],
  ["strongroom, asking the provider", "express-openid-connect"],
];

/** Medians within the rounds, so that what disturbs one round disturbs both sides. */
const ratio = (contenders, [ours, theirs]) => {
  const [one, other] = [ours, theirs].map((name) => contenders.find((contender) => contender.name === name));
  const own = ({ micros }) => micros.server;
  return {
    ...{ ours, theirs },
    perSecond: spread(one.throughput.map(({ perSecond }, at) => perSecond / other.throughput[at].perSecond)),
    server: spread(one.throughput.map((taken, at) => own(taken) / own(other.throughput[at]))),
    p99: spread(one.crowd.map(({ p99 }, at) => p99 / other.crowd[at].p99)),
  };
};

/** All figures. */
export const summarise = (contenders, growth) => ({
  contenders: contenders.map(({ throughput, crowd, ...rest }) => ({
    ...rest,
    ...{ throughput: figures(throughput), crowd: figures(crowd) },
  })),
  ratios: PAIRS.map((pair) => ratio(contenders, pair)),
  growth: growth.map(({ sizes, ...rest }) => ({
    ...rest,
    sizes: sizes.map(({ size, slices }) => ({ size, ...figures(slices) })),
  })),
});

const count = (value) => Math.round(value).toLocaleString("en");
const ms = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
const range = ({ low, high }, write) => `${write(low)} … ${write(high)}`;
const table = (head, rows) =>
  [head, head.map((_, at) => (at < 1 ? "---" : "---:")), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");

const costs = ({ micros }) =>
  Object.entries(micros)
    .map(([part, { median }]) => `${part} ${count(median)}`)
    .join(", ");

const GROUPS = {
  stores: [
    "## Strongroom over each store",
    "The usual refresh: the access token is held in the session's row, sealed, and lives on; the handle rotates by one durable " +
      "compare-and-swap. Redis writes its log at each command (`appendfsync always`), PostgreSQL and SQLite at each commit. Node has no SQLite of " +
      "its own before version 22, so that store runs on Bun; *memory on Bun* shows what the runtime does.",
  ],
  handlers: [
    "## In front of a provider that is asked each time",
    "Both get a new access token and a rotated refresh token from the same oidc-provider. Strongroom takes a lease by compare-and-swap, writes the " +
      "provider's answer, and rotates its own handle: three writes. express-openid-connect keeps the tokens in an encrypted cookie and writes " +
      "nothing; it has no rotation of its own and no defence where two tabs refresh at once. In use Strongroom asks the provider only when less than " +
      "40 % of the access token's life is left.",
  ],
  issuers: [
    "## Issuing the tokens",
    "Each refresh signs an ES256 access token and rotates what the client holds; everything is in memory.",
  ],
};

const group = (contenders, name) => [
  ...GROUPS[name],
  table(
    [
      "who",
      "on",
      "refreshes/s",
      "middle half",
      "CPU µs each",
      "p50 ms, 200 clients",
      "p99 ms, 200 clients",
      "middle half",
    ],
    contenders
      .filter((contender) => contender.group === name)
      .map(({ name, about, throughput, crowd }) => [
        ...[name, about, count(throughput.perSecond.median), range(throughput.perSecond, count)],
        ...[costs(throughput), ms(crowd.p50.median), ms(crowd.p99.median), range(crowd.p99, ms)],
      ]),
  ),
];

const ratios = (all) =>
  table(
    ["ours : theirs", "refreshes/s", "server's CPU", "p99, 200 clients"],
    all.map(({ ours, theirs, perSecond, server, p99 }) => [
      `${ours} : ${theirs}`,
      ...[perSecond, server, p99].map(
        (one) => `${one.median.toFixed(2)} (${range(one, (value) => value.toFixed(2))})`,
      ),
    ]),
  );

/** The whole page of results. */
export const document = ({ date, machine, node, plan, seconds, contenders, ratios: compared, growth }) =>
  `${[
    "# Refreshes",
    `\`cargo xtask bench endpoints --record\` wrote this on ${date}: ${machine}, Node ${node}, in ${seconds} s. ${plan.rounds} rounds, each with ` +
      `${plan.milliseconds} ms of every contender in an order by chance, after one that does not count. A server, its database and its provider ` +
      "share one core; the clients have another, ask over HTTP on loopback, and ask again as soon as they are answered: " +
      `${plan.clients.throughput} of them for refreshes a second and CPU, ${plan.clients.crowd} for the latencies. Figures are medians of the rounds. ` +
      "The rotation's rest of a minute is left out, so that each refresh rotates.",
    ...Object.keys(GROUPS).flatMap((name) => group(contenders, name)),
    "## Ratios",
    "Within each round; less CPU and less p99 is better, more refreshes are.",
    ratios(compared),
    "## More sessions",
    `Refreshes by ${plan.clients.growth} clients of up to 200 sessions, which lie among all others by chance.`,
    table(
      ["store", "sessions", "refreshes/s", "middle half", "CPU µs each", "p99 ms"],
      growth.flatMap(({ name, sizes }) =>
        sizes.map((one) => [
          ...[name, count(one.size), count(one.perSecond.median), range(one.perSecond, count)],
          ...[costs(one), ms(one.p99.median)],
        ]),
      ),
    ),
  ].join("\n\n")}\n`;
