import { plot } from "../lib/plot.mjs";
import { median } from "../lib/rounds.mjs";

/** @typedef {import("./measure.mjs").Measured & { axis: import("./workloads.mjs").Axis, value: number }} Swept */

/** One plot a swept variable: milliseconds of every engine. @param {readonly Swept[]} results */
export function sweepFigures(results) {
  return [...new Set(results.map((r) => r.axis))].map((axis) => {
    const rows = results.filter((r) => r.axis === axis);
    const lines = [...new Set(rows.flatMap((r) => Object.keys(r.engines)))].map((name) => ({
      name,
      points: rows.filter((r) => r.engines[name]).map((r) => /** @type {const} */ ([r.value, r.engines[name].median])),
    }));
    const { N, D, B, t } = rows[0];
    const fixed = Object.entries({ N, D, B, t }).flatMap(([other, value]) => (other === axis ? [] : [`${other} = ${value}`]));
    const title = `One evaluation, ${fixed.join(", ")}`;
    return { name: `time-${axis}`, svg: plot({ title, x: axis, y: "milliseconds", lines, linearX: axis === "t" }) };
  });
}

/** Errors that are zero as far as is known are drawn here. */
const LEAST = 1e-17;

/**
 * Error against time: for our backends the bound that was proved and the true error, a point a promise; for the peers their one
 * error. In radii of the data.
 * @param {readonly import("./error-sweep.mjs").Promised[]} results
 */
export function errorFigure(results) {
  const [first] = results;
  const lines = Object.keys(first.engines).flatMap((name) => {
    const rows = results.map((r) => r.engines[name]);
    if (first.engines[name].bound === undefined || name === "reference") {
      const time = median(rows.map((e) => e.median));
      return [{ name, points: [/** @type {const} */ ([time, Math.max(LEAST, first.engines[name].errorInRadii)])] }];
    }
    const line = (/** @type {"bound" | "errorInRadii"} */ what) =>
      rows.map((e) => /** @type {const} */ ([e.median, Math.max(LEAST, e[what] ?? 0)]));
    return [
      { name: `${name}, proved`, points: line("bound") },
      { name: `${name}, true`, points: line("errorInRadii") },
    ];
  });
  const { N, D, B, t } = first;
  const title = `Error against time, N = ${N}, D = ${D}, B = ${B}, t = ${t}`;
  return { name: "error-time", svg: plot({ title, x: "milliseconds", y: "error / radius of the data", lines }) };
}
