import { atoms, normal, points, rngOf } from "@fluxion/core";
import { expect, test } from "vitest";
import { bindAtoms } from "../bind/index.js";
import { CHUNK, rowLayout } from "./layout.js";
import { atomScale, prepareQuery } from "./prepare.js";
import { depthsOf, deviceError } from "./rounding.js";
import { shardState } from "./shard-state.js";
import type { BufferName } from "./steps.js";

const bound = bindAtoms(atoms(points(normal(rngOf(1), new Float64Array(2 * 5000)), 2)));
const scale = atomScale(bound);
const layout = rowLayout(2);
const x = points(Float64Array.of(0.1, 0.2, 0.3, 0.4), 2);
const query = { alpha: 0.5, variance: 0.25, spread: true, top: 3, tangent: undefined };
const prepared = prepareQuery(bound, scale, layout, x, query);
const range = { from: 0, count: 5000, stride: 5056 };
const request = { count: 2, rows: 64, want: "states", streamed: true, spread: true, tangent: false, top: 3 } as const;
const frame = { bound, scale, layout, prepared, first: 0, size: 2 };

/** What a device might bring back for two chunks, the second 100 nats below the first. */
function output(mass: number): ReadonlyMap<BufferName, ArrayBuffer> {
  const sums = new Float32Array(2 * 64 * 4);
  const best = new Uint32Array(2 * 64 * 3 * 2);
  const logits = new Float32Array(best.buffer);
  for (let b = 0; b < 2; b++) {
    sums.set([3, 2, 1.5, -0.5], 4 * b);
    sums.set([-97, b === 1 ? mass : 2, 1.5, -0.5], 4 * (64 + b));
    [7, 9, 8].forEach((atom, k) => {
      logits[2 * (3 * b + k)] = 3 - k * 1e-5;
      best[2 * (3 * b + k) + 1] = atom;
      logits[2 * (3 * (64 + b) + k)] = -97 - k;
      best[2 * (3 * (64 + b) + k) + 1] = CHUNK + k;
    });
  }
  const spreads = new Float32Array(2 * 64).fill(0.25);
  const means = new Float32Array(2 * 64 * 4).fill(0.5);
  return new Map<BufferName, ArrayBuffer>([
    ["sums", sums.buffer],
    ["means", means.buffer],
    ["spreads", spreads.buffer],
    ["best", best.buffer],
  ]);
}

test("states come back in the units and the places of the data", () => {
  const state = shardState(output(2), range, request, query, frame);
  expect(state.top[0]).toBe(3 + (prepared.shift[0] ?? 0));
  expect(state.mass[0]).toBe(2 + 2 * Math.exp(-100));
  expect([...state.mean.data]).toEqual([0, 1, 0, 1].map((d) => (bound.center[d] ?? 0) + scale.unit * 0.5));
  expect(state.spread[0]).toBeCloseTo(scale.unit ** 2 * 0.25, 12);
  expect([...state.best.indices]).toEqual([7, 9, 8, 7, 9, 8]);
});

test("logits that the shift of the row makes equal are in the order of their atoms", () => {
  const far = { ...prepared, shift: Float64Array.of(1e18, 0) };
  const { best } = shardState(output(2), range, request, query, { ...frame, prepared: far });
  expect([...best.indices]).toEqual([7, 8, 9, 7, 9, 8]);
});

test("a row that the kernel gives up has no bound, even where the chunk at fault weighs nothing", () => {
  const state = shardState(output(-3.4e38), range, request, query, frame);
  const depths = depthsOf(layout, 5000, true);
  const error = deviceError(bound, scale, { depths, layout, prepared, x }, query, state);
  expect(error.logit[0]).toBeLessThan(1);
  expect(error.logit[1]).toBe(Infinity);
});
