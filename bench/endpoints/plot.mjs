// The results as a picture: refreshes a second of each contender, and of the stores as they grow.

const COLORS = { stores: "#0b6e4f", handlers: "#3d5a99", issuers: "#b565a7" };
const GROWING = { SQLite: "#e07a1f", Redis: "#c1121f", PostgreSQL: "#3d5a99" };
const [WIDTH, LEFT, ROW] = [820, 250, 24];
const CHART = { left: 70, width: 700, height: 220 };

const text = (x, y, content, more = "") => `<text x="${x}" y="${y}" ${more}>${content}</text>`;

/** An SVG. */
export function plot({ date, machine, contenders, growth }) {
  const title = text(
    20,
    24,
    `Refreshes a second on one core, median and middle half, ${date}, ${machine}`,
    'font-size="13"',
  );
  const top = 60 + contenders.length * ROW + 50;
  const height = top + CHART.height + 50;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="11">` +
    `<rect width="100%" height="100%" fill="#fff"/>${title}${bars(contenders)}${lines(growth, top)}</svg>\n`
  );
}

function bars(contenders) {
  const most = Math.max(...contenders.map(({ throughput }) => throughput.perSecond.high));
  const x = (value) => LEFT + (value / most) * (WIDTH - LEFT - 70);
  return contenders
    .map(({ name, group, throughput: { perSecond } }, at) => {
      const y = 50 + at * ROW;
      const { median, low, high } = perSecond;
      return (
        text(LEFT - 8, y + 12, name, 'text-anchor="end"') +
        `<rect x="${LEFT}" y="${y}" width="${(x(median) - LEFT).toFixed(1)}" height="16" fill="${COLORS[group]}"/>` +
        `<path d="M${x(low).toFixed(1)} ${y + 8}H${x(high).toFixed(1)}" stroke="#000"/>` +
        text((x(high) + 6).toFixed(1), y + 12, Math.round(median).toLocaleString("en"))
      );
    })
    .join("");
}

function lines(growth, top) {
  const sizes = growth[0].sizes.map(({ size }) => size);
  const most = Math.max(...growth.flatMap((store) => store.sizes.map(({ perSecond }) => perSecond.high)));
  const share = (size) => Math.log10(size / sizes[0]) / Math.max(1, Math.log10(sizes.at(-1) / sizes[0]));
  const x = (size) => (CHART.left + share(size) * CHART.width).toFixed(1);
  const y = (value) => (top + CHART.height * (1 - value / most)).toFixed(1);
  const parts = [text(20, top - 14, "Refreshes a second as sessions grow in number", 'font-size="13"')];
  for (const size of sizes)
    parts.push(text(x(size), top + CHART.height + 16, size.toLocaleString("en"), 'text-anchor="middle"'));
  for (const value of [0, most / 2, most]) {
    parts.push(
      `<path d="M${CHART.left} ${y(value)}h${CHART.width}" stroke="#ddd"/>`,
      text(CHART.left - 6, Number(y(value)) + 4, Math.round(value).toLocaleString("en"), 'text-anchor="end"'),
    );
  }
  growth.forEach(({ name, sizes: points }, at) => {
    const way = points.map(({ size, perSecond }) => `${x(size)} ${y(perSecond.median)}`).join("L");
    parts.push(`<path d="M${way}" fill="none" stroke="${GROWING[name]}" stroke-width="2"/>`);
    for (const { size, perSecond } of points)
      parts.push(
        `<path d="M${x(size)} ${y(perSecond.low)}V${y(perSecond.high)}" stroke="${GROWING[name]}" stroke-width="2"/>`,
      );
    parts.push(text(CHART.left + 10 + at * 90, top + CHART.height + 36, name, `fill="${GROWING[name]}"`));
  });
  return parts.join("");
}
