// The results as a picture: medians on a logarithmic axis, one row of panels a runtime.

const COLORS = {
  strongroom: "#0b6e4f",
  "strongroom sync": "#08a045",
  "strongroom sync, engine wasm": "#6bbf59",
  jose: "#c1121f",
  "fast-jwt sync": "#e07a1f",
  "fast-jwt sync, cached": "#f4b860",
  "aws-jwt-verify": "#3d5a99",
  "@tsndr/cloudflare-worker-jwt": "#7b68c4",
  hono: "#b565a7",
  "bare WebCrypto": "#555",
  "bare node:crypto": "#999",
};

const [WIDTH, HEIGHT, LEFT, TOP] = [560, 190, 60, 90];
const [LEAST, MOST] = [0.1, 2000];

/** An SVG. */
export function plot({ runtimes, date, machine }) {
  const names = Object.keys(runtimes);
  const parts = [];
  names.forEach((runtime, row) => {
    ["cold", "warm"].forEach((mode, column) => {
      const x = LEFT + column * (WIDTH + LEFT);
      const y = TOP + row * (HEIGHT + 60);
      parts.push(panel(runtimes[runtime], mode, x, y));
    });
  });
  const legend = Object.entries(COLORS).map(([name, color], i) => {
    const [x, y] = [LEFT + (i % 6) * 195, 34 + Math.floor(i / 6) * 18];
    return `<circle cx="${x}" cy="${y}" r="4" fill="${color}"/>${text(x + 8, y + 4, name)}`;
  });
  const [width, height] = [2 * (WIDTH + LEFT) + 20, TOP + names.length * (HEIGHT + 60)];
  const title = `Microseconds a token, median and middle half, ${date}, ${machine}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">` +
    `<rect width="100%" height="100%" fill="#fff"/>${text(LEFT, 16, title, 13)}${legend.join("")}${parts.join("")}</svg>\n`
  );
}

function panel({ version, rows }, mode, left, top) {
  const y = (value) => {
    const share = Math.log(Math.max(value, LEAST) / LEAST) / Math.log(MOST / LEAST);
    return top + HEIGHT - Math.min(1, share) * HEIGHT;
  };
  const parts = [text(left, top - 8, `${version}, ${mode}`, 12)];
  for (const tick of [0.1, 1, 10, 100, 1000]) {
    parts.push(
      `<path d="M${left} ${y(tick)}h${WIDTH}" stroke="#ddd"/>`,
      `<text x="${left - 6}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
    );
  }
  const columns = rows.filter((row) => row.mode === mode);
  columns.forEach(({ alg, size, subjects }, i) => {
    const step = WIDTH / columns.length;
    const middle = left + (i + 0.5) * step;
    parts.push(
      `<text x="${middle}" y="${top + HEIGHT + 14}" text-anchor="middle">${alg}</text>`,
      `<text x="${middle}" y="${top + HEIGHT + 27}" text-anchor="middle">${size} B</text>`,
    );
    const names = Object.keys(COLORS);
    for (const [name, { median, low, high }] of Object.entries(subjects)) {
      const x = middle + (names.indexOf(name) / names.length - 0.5) * step * 0.8;
      const color = COLORS[name];
      parts.push(
        `<path d="M${x.toFixed(1)} ${y(low).toFixed(1)}V${y(high).toFixed(1)}" stroke="${color}" stroke-width="2"/>`,
        `<circle cx="${x.toFixed(1)}" cy="${y(median).toFixed(1)}" r="3" fill="${color}"/>`,
      );
    }
  });
  return parts.join("");
}

const text = (x, y, content, size = 11) => `<text x="${x}" y="${y}" font-size="${size}">${content}</text>`;
