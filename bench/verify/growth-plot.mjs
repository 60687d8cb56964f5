// The growth as a picture and as a table: both axes logarithmic, one panel each for keys, tokens, sizes.

const COLORS = {
  cold: "#0b6e4f",
  warm: "#6bbf59",
  "first token of a new verifier": "#3d5a99",
  "jose, cold": "#c1121f",
};
const [WIDTH, HEIGHT, LEFT, TOP] = [330, 240, 60, 70];
const [LEAST, MOST] = [0.1, 100_000];

const text = (x, y, content, size = 11) => `<text x="${x}" y="${y}" font-size="${size}">${content}</text>`;

/** An SVG. */
export function growthPlot(panels, { date, machine }) {
  const legend = Object.entries(COLORS).map(([name, color], i) => {
    const x = LEFT + i * 230;
    return `<circle cx="${x}" cy="36" r="4" fill="${color}"/>${text(x + 8, 40, name)}`;
  });
  const drawn = panels.map((panel, i) => draw(panel, LEFT + i * (WIDTH + LEFT)));
  const [width, height] = [panels.length * (WIDTH + LEFT) + 20, TOP + HEIGHT + 40];
  const title = `Microseconds a token on Node as work grows, median and middle half, ${date}, ${machine}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">` +
    `<rect width="100%" height="100%" fill="#fff"/>${text(LEFT, 16, title, 13)}${legend.join("")}${drawn.join("")}</svg>\n`
  );
}

function draw({ title, lines }, left) {
  const all = Object.values(lines).flat();
  const [least, most] = [Math.min(...all.map(({ at }) => at)), Math.max(...all.map(({ at }) => at))];
  const x = (at) => left + 15 + (Math.log(at / least) / Math.log(most / least)) * (WIDTH - 30);
  const y = (value) => {
    const share = Math.log(Math.max(value, LEAST) / LEAST) / Math.log(MOST / LEAST);
    return TOP + HEIGHT - Math.min(1, share) * HEIGHT;
  };
  const parts = [text(left, TOP - 8, title, 12)];
  for (let tick = LEAST; tick <= MOST; tick *= 10) {
    const label = Number(tick.toPrecision(1));
    parts.push(
      `<path d="M${left} ${y(tick).toFixed(1)}h${WIDTH}" stroke="#ddd"/>`,
      `<text x="${left - 6}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${label}</text>`,
    );
  }
  for (const at of new Set(all.map((point) => point.at)))
    parts.push(`<text x="${x(at).toFixed(1)}" y="${TOP + HEIGHT + 14}" text-anchor="middle">${at}</text>`);
  for (const [name, points] of Object.entries(lines)) {
    const color = COLORS[name];
    const path = points.map(({ at, median }) => `${x(at).toFixed(1)} ${y(median).toFixed(1)}`).join("L");
    parts.push(`<path d="M${path}" stroke="${color}" fill="none"/>`);
    for (const { at, median, low, high } of points) {
      parts.push(
        `<path d="M${x(at).toFixed(1)} ${y(low).toFixed(1)}V${y(high).toFixed(1)}" stroke="${color}" stroke-width="2"/>`,
        `<circle cx="${x(at).toFixed(1)}" cy="${y(median).toFixed(1)}" r="3" fill="${color}"/>`,
      );
    }
  }
  return parts.join("");
}

/** Markdown: microseconds a token, median (middle half). */
export function growthTable(panels) {
  const digits = (number) => (number < 10 ? number.toFixed(2) : number.toFixed(0));
  const cell = ({ median, low, high }) => `${digits(median)} (${digits(low)}–${digits(high)})`;
  return panels.flatMap(({ title, lines }) => {
    const points = Object.values(lines)[0];
    return [
      `| ${title} | ${points.map(({ at }) => at).join(" | ")} |`,
      `|---|${points.map(() => "---").join("|")}|`,
      ...Object.entries(lines).map(([name, cells]) => `| ${name} | ${cells.map(cell).join(" | ")} |`),
      "",
    ];
  });
}
