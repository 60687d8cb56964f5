// What is said about a list of times.

const sorted = (values) => [...values].sort((one, other) => one - other);

/** The value that a share of all values does not exceed. */
export const quantile = (values, share) => {
  const all = sorted(values);
  const at = (all.length - 1) * share;
  const below = Math.floor(at);
  return all[below] + (all[Math.min(below + 1, all.length - 1)] - all[below]) * (at - below);
};
export const median = (values) => quantile(values, 0.5);

/** Median, quartiles and 99th percentile. */
export const summary = (values) => ({
  median: median(values),
  quartiles: [quantile(values, 0.25), quantile(values, 0.75)],
  p99: quantile(values, 0.99),
  rounds: values.length,
});

/** The median of the differences within each round, and the interval of its quartiles. */
export const difference = (values, base) => {
  const differences = values.map((value, at) => value - base[at]);
  return {
    median: median(differences),
    quartiles: [quantile(differences, 0.25), quantile(differences, 0.75)],
  };
};

/**
 * An interval in which the difference of the medians lies with 95 %, by resampling the rounds: whether a difference is
 * more than chance.
 */
export const confidence = (values, base, times = 1000) => {
  const found = [];
  for (let time = 0; time < times; time++) {
    const rows = values.map(() => Math.floor(Math.random() * values.length));
    found.push(median(rows.map((row) => values[row])) - median(rows.map((row) => base[row])));
  }
  return [quantile(found, 0.025), quantile(found, 0.975)];
};
