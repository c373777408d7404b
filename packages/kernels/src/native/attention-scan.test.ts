import { normal, type Points, points, referenceBackend, rngOf, type ScanQuery, type WeightedAtoms } from "@fluxion/core";
import { expect, it } from "vitest";
import { bindAtoms } from "../bind/index.js";
import { singleTable } from "./atom-table.js";
import { headSizes } from "./attention-graph.js";
import { attentionRounding } from "./attention-rounding.js";
import { attends, attentionValues, scanAttention } from "./attention-scan.js";
import type { Kernel } from "./onnxruntime.js";
import { heaviestOf } from "./precisions.js";

const gaussian = (size: number, dim: number, seed: number): Points =>
  points(normal(rngOf(seed), new Float64Array(size * dim)), dim);
const unequal = (z: Points): WeightedAtoms => {
  const raw = normal(rngOf(12), new Float64Array(z.size));
  const total = Math.log(raw.reduce((sum, v) => sum + Math.exp(v), 0));
  return { points: z, logWeights: raw.map((v) => v - total) };
};
const query: ScanQuery = { alpha: 0.4, variance: 0.36, spread: false, top: 0, tangent: undefined, sums: "mean" };

/** Attention in float64 whose terms are each off by a relative ±γ, with the sign of the coordinate `along` of the atom. */
const unkind = (dim: number, off: number, along: number): Kernel => ({
  async run({ q, k, v }, { sums }) {
    const { keys, values } = headSizes(dim);
    if (!q || !k || !v || !sums) throw new Error("wrong names");
    const size = k.data.length / keys;
    for (let r = 0; r < q.data.length / keys; r++) {
      const logits = Array.from({ length: size }, (_, i) => {
        let logit = 0;
        for (let d = 0; d < keys; d++) logit += (q.data[r * keys + d] ?? 0) * (k.data[i * keys + d] ?? 0);
        return logit;
      });
      const top = logits.reduce((a, b) => Math.max(a, b));
      const out = new Float64Array(values);
      logits.forEach((logit, i) => {
        const w = Math.exp(logit - top);
        for (let d = 0; d < values; d++) {
          const term = w * (v.data[i * values + d] ?? 0);
          const sign = d === dim ? -1 : Math.sign(v.data[i * values + along] ?? 0) * Math.sign(term); // mass down, coordinates out
          out[d] = (out[d] ?? 0) + term * (1 + off * sign);
        }
      });
      sums.data.set(out, r * values);
    }
  },
  async release() {},
});

it("bounds the mean of attention that is as wrong as its rounding may be, and not by much more", async () => {
  const dim = 3;
  const atoms = unequal(gaussian(700, dim, 1));
  const bound = bindAtoms(atoms);
  const table = singleTable(bound);
  const rounding = attentionRounding(table);
  const x = gaussian(40, dim, 2);
  const exact = await referenceBackend(atoms).scan(x, { ...query, spread: true }, { kind: "exact" });
  let closest = 0;
  for (const off of [0, 0.98 * rounding.sums]) {
    const kernel = unkind(dim, off, 0);
    const heaviest = heaviestOf(bound);
    const logWeights = bound.logWeights.map((logWeight) => logWeight - heaviest);
    const attention = { kernel, table, logWeights, values: attentionValues(table, dim) };
    const { state, error, seen } = await scanAttention(attention, bound, { x, query, usable: 1 });
    expect(Array.from(seen)).toEqual(Array.from(seen, () => 700));
    for (let b = 0; b < x.size; b++) {
      const gap = state.mean.data.subarray(b * dim, (b + 1) * dim).map((m, d) => m - (exact.state.mean.data[b * dim + d] ?? 0));
      const apart = Math.hypot(...gap);
      const allowed = error.mean[b] ?? 0;
      const deviation = Math.sqrt((exact.state.spread[b] ?? 0) / (exact.state.mass[b] ?? 0));
      expect(apart).toBeLessThanOrEqual(allowed + Math.sinh(error.logit[b] ?? 0) * deviation);
      expect(error.deviation?.[b]).toBeGreaterThanOrEqual(deviation * (1 - (error.logit[b] ?? 0)));
      expect(error.deviation?.[b]).toBeLessThan(1.05 * deviation); // γ is 4·10⁻⁵, and ‖Ey‖² not much above the variance
      closest = Math.max(closest, apart / allowed);
    }
  }
  expect(closest).toBeGreaterThan(0.4); // a bound that is not reached within this factor would hide a wrong one
});

it("takes questions for means of few coordinates, with errors that it can meet", () => {
  const bound = bindAtoms(unequal(gaussian(700, 3, 1)));
  const table = singleTable(bound);
  const { sums } = attentionRounding(table);
  expect(attends(bound, table, query, 2 * sums)).toBe(true);
  expect(attends(bound, table, query, 0.5 * sums)).toBe(false);
  const { sums: _, ...all } = query;
  for (const other of [all, { ...query, spread: true }, { ...query, top: 1 }, { ...query, tangent: gaussian(1, 3, 4) }]) {
    expect(attends(bound, table, other, 2 * sums)).toBe(false);
  }
  const wide = bindAtoms(unequal(gaussian(20, 100, 1)));
  expect(attends(wide, singleTable(wide), query, 0.1)).toBe(false);
  const tiny = bindAtoms(
    unequal(
      points(
        gaussian(20, 3, 1).data.map((v) => v * 1e-20),
        3,
      ),
    ),
  );
  expect(attends(tiny, singleTable(tiny), query, 0.1)).toBe(false); // float32 does not hold the squares
});
