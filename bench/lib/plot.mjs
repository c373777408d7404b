const COLOURS = ["#3b5bdb", "#e8590c", "#2b8a3e", "#9c36b5", "#868e96", "#0b7285", "#c2255c", "#a66f00", "#212529"];
const [PLOT, HEIGHT, LEFT, TOP, BOTTOM] = [366, 360, 64, 34, 46];

/** @typedef {{ name: string, points: readonly (readonly [number, number])[] }} Line */

/** @param {number} v */
const label = (v) => (v >= 1e5 || v < 1e-3 ? v.toExponential(0) : String(Number(v.toPrecision(3))));

/**
 * Powers of ten, or of two where fewer than two tens are spanned.
 * @param {number} from
 * @param {number} to
 */
function logTicks(from, to) {
  const base = to / from >= 50 ? 10 : 2;
  const ticks = [];
  for (let k = Math.floor(Math.log(from) / Math.log(base)); base ** k <= to * 1.0001; k++)
    if (base ** k >= from * 0.9999) ticks.push(base ** k);
  return ticks;
}

/**
 * Lines over positive numbers, both axes logarithmic (x linear on demand), as an SVG document.
 * @param {{ title: string, x: string, y: string, lines: readonly Line[], linearX?: boolean }} chart
 */
export function plot({ title, x, y, lines, linearX = false }) {
  const right = 30 + Math.max(80, ...lines.map(({ name }) => 6 * name.length)); // room for the names
  const width = LEFT + PLOT + right;
  const all = lines.flatMap((line) => line.points);
  const [xs, ys] = [all.map((p) => p[0]), all.map((p) => p[1])];
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys) / 1.3, Math.max(...ys) * 1.3];
  const fx = linearX ? (/** @type {number} */ v) => v : Math.log;
  const at = (/** @type {number} */ v) => LEFT + ((fx(v) - fx(x0)) / (fx(x1) - fx(x0) || 1)) * PLOT;
  const up = (/** @type {number} */ v) =>
    HEIGHT - BOTTOM - ((Math.log(v) - Math.log(y0)) / (Math.log(y1) - Math.log(y0) || 1)) * (HEIGHT - TOP - BOTTOM);
  const xTicks = linearX ? [...new Set(xs)].sort((a, b) => a - b) : logTicks(x0, x1);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" font-family="sans-serif" font-size="11"><title>${title}</title>`,
    `<rect width="${width}" height="${HEIGHT}" fill="white"/><text x="${LEFT}" y="20" font-size="13">${title}</text>`,
    ...xTicks.map(
      (v) =>
        `<path d="M${at(v)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#eee"/><text x="${at(v)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${label(v)}</text>`,
    ),
    ...logTicks(y0, y1).map(
      (v) =>
        `<path d="M${LEFT} ${up(v)}H${width - right}" stroke="#eee"/><text x="${LEFT - 6}" y="${up(v) + 4}" text-anchor="end">${label(v)}</text>`,
    ),
    `<text x="${(LEFT + width - right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${x}</text>`,
    `<text transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${y}</text>`,
  ];
  lines.forEach((line, k) => {
    const colour = COLOURS[k % COLOURS.length];
    const path = line.points.map(([px, py], i) => `${i === 0 ? "M" : "L"}${at(px).toFixed(1)} ${up(py).toFixed(1)}`).join("");
    parts.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [px, py] of line.points)
      parts.push(`<circle cx="${at(px).toFixed(1)}" cy="${up(py).toFixed(1)}" r="3" fill="${colour}"/>`);
    parts.push(`<text x="${width - right + 10}" y="${TOP + 12 + 16 * k}" fill="${colour}">${line.name}</text>`);
  });
  return `${parts.join("\n")}\n</svg>\n`;
}
