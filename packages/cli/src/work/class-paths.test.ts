import { atomPath, atoms, condOt, drawBatch, evaluateEach, pointsOf, rngOf, row, zerosLike } from "@fluxion/core";
import { dropLabels } from "@fluxion/train";
import { describe, expect, it } from "vitest";
import { createProgress } from "../progress/index.js";
import { parseSpec } from "../spec/index.js";
import { classesOf, classPaths, classVelocities } from "./class-paths.js";
import { drawLabelledBatch } from "./evaluation-batch.js";
import { measureClassFloor, measureFloor } from "./measure-floor.js";
import { drawLabels, trainingBatches } from "./training-batches.js";

const silent = createProgress({ stderr: { write: () => undefined }, env: {}, now: () => 0, quiet: true });
const rng = rngOf(9);
const corners = pointsOf([
  [0, 0],
  [0, 3],
  [3, 0],
  [3, 3],
  [1, 1],
]);
const path = atomPath(condOt(), atoms(corners, Float64Array.of(1, 2, 3, 1, 1)));
const classOf = Int32Array.of(0, 1, 0, 1, 1);
const classes = classPaths(path, classOf, 2);

describe("classPaths", () => {
  it("split the data: shares are those of the weights, and every point is in the path of its class", () => {
    expect(classes.shares.map((share) => share.toFixed(12))).toEqual(["0.500000000000", "0.500000000000"]);
    expect(classes.paths.map(({ atoms: own }) => [...own.points.data])).toEqual([
      [0, 0, 3, 0],
      [0, 3, 3, 3, 1, 1],
    ]);
    expect(() => classPaths(path, classOf, 3)).toThrow(/Cannot condition the network on classes: no point is of class 2 alone/);
  });

  it("give each class its own velocity, of which the velocity of all data is the mean given x", () => {
    const { t, xt } = drawBatch(path, rng, 30);
    const each = [0, 1].map((k) => classVelocities(classes, new Int32Array(30).fill(k), t, xt));
    const all = evaluateEach(path.field, t, xt, zerosLike(xt));
    for (let b = 0; b < 30; b++) {
      // p(y|x) from the densities of both classes: p_t(x|y) is a sum of normal densities around α·z.
      const { alpha, beta } = path.field.scheduler.at(Number(t[b]));
      const density = (k: number): number =>
        [0, 1, 2, 3, 4].reduce((sum, i) => {
          if (classOf[i] !== k) return sum;
          const squared = row(xt, b).reduce((s, v, d) => s + (v - alpha * Number(corners.data[2 * i + d])) ** 2, 0);
          return sum + Math.exp(Number(path.atoms.logWeights[i]) - squared / (2 * beta * beta));
        }, 0);
      const share = density(1) / (density(0) + density(1));
      for (const d of [2 * b, 2 * b + 1]) {
        const mean = (1 - share) * Number(each[0]?.data[d]) + share * Number(each[1]?.data[d]);
        expect(Math.abs(mean - Number(all.data[d]))).toBeLessThan(1e-9 * (1 + Math.abs(mean))); // velocities divide by β ≥ 0.01
      }
    }
  });

  it("have a floor below that of all data together, for the class tells about the point", () => {
    const options = { seed: 3, samples: 200 };
    const [all, given] = [measureFloor(path, options, silent), measureClassFloor(classes, options, silent)];
    expect(all.value - given.value).toBeGreaterThan(5 * Math.hypot(all.standardError, given.standardError));
  });
});

describe("labels of batches", () => {
  it("are the classes of the points that were drawn, for training and for evaluation", async () => {
    const classAt = (z: Float64Array): number => {
      const atom = [0, 1, 2, 3, 4].find((i) => row(corners, i).every((v, d) => v === z[d])) ?? -1;
      return classOf[atom] ?? -1;
    };
    const { z } = drawBatch(path, rng, 40);
    const label = drawLabels(path, classOf, rng, 40);
    expect([...label]).toEqual(Array.from({ length: 40 }, (_, b) => classAt(row(z, b))));
    const held = drawLabelledBatch(path, { classOf, classes }, rng, 40);
    expect(held.label).toEqual(label);
    expect(held.exact).toEqual(classVelocities(classes, label, held.t, held.xt));
    const { train } = parseSpec("data: moons\ntrain: { batch: 400, labelDropout: 0.5 }", { file: "s" });
    const batches = await trainingBatches(path, train, rng, { classOf });
    const batch = await batches.batchAt(7);
    const kept = [...(batch.label ?? [])].filter((k) => k >= 0).length;
    expect(Math.abs(kept - 200)).toBeLessThan(5 * 10); // five standard deviations of 400 draws
    expect(await batches.batchAt(7)).toEqual(batch);
    expect(dropLabels(rng, label, 0)).toEqual(label);
  });

  it("are those of the first row of each atom", () => {
    const labels = { index: Int32Array.of(1, 0, 1), names: ["a", "b"] };
    expect(classesOf({ labels, firstRow: Int32Array.of(0, 2) })).toEqual(Int32Array.of(1, 1));
    expect(classesOf({ labels: undefined, firstRow: Int32Array.of(0) })).toBeUndefined();
  });
});
