import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moons, rngOf } from "@fluxion/core";
import { ndArray, writeNpy, writeNpz } from "@fluxion/io";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../files/index.js";
import type { DataSpec } from "../spec/index.js";
import { describeData, interpolate } from "./describe-data.js";
import { digitsFile } from "./digits-file.js";
import { dataNames, loadData } from "./load-data.js";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "fluxion-data-"));
});

const load = (spec: Partial<DataSpec> & { from: string }, seed = 0) =>
  loadData({ bandwidth: 0, ...spec }, { files: nodeFiles, cwd, seed });
const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(cwd, name), content);

describe("loadData", () => {
  it("reads the digits as grey levels in [−1, 1] with their classes and whose work they are", () => {
    expect(nodeFiles.exists(digitsFile())).toBe(true);
    const { atoms, labels, image, attribution, rows } = load({ from: "digits" });
    expect([rows, atoms.points.dim, image]).toEqual([1797, 64, { width: 8, height: 8 }]);
    const levels = new Set(atoms.points.data.map((v) => (v + 1) * 8));
    expect([...levels].sort((p, q) => p - q)).toEqual(Array.from({ length: 17 }, (_, v) => v));
    expect(labels?.names).toEqual([..."0123456789"]);
    expect(attribution).toContain("CC BY 4.0");
  });

  it("draws a toy set from the seed, the same for the same seed", () => {
    expect(dataNames).toContain("moons");
    const first = load({ from: "moons:30" }, 5);
    expect(load({ from: "moons:30" }, 5).digest).toBe(first.digest);
    expect(load({ from: "moons:30" }, 6).digest).not.toBe(first.digest);
    expect(moons(rngOf(5), 30).data).not.toEqual(first.atoms.points.data); // a stream of its own, apart from others of the seed
  });

  it("merges equal rows into weights, and knows the first row of every point", () => {
    write("d.csv", "1,1\n2,2\n1,1\n3,3\n2,2\n");
    write("w.csv", "1\n2\n3\n4\n5\n");
    const { atoms, firstRow, rows } = load({ from: "d.csv", weights: "w.csv" });
    expect([...firstRow]).toEqual([0, 1, 3]);
    expect([...atoms.logWeights].map((l) => Math.exp(l) * 15)).toEqual([4, 7, 4].map((w) => expect.closeTo(w, 12)));
    expect([rows, atoms.merged]).toEqual([5, 2]);
  });

  it("takes an array and classes out of an npz, a column of classes out of a csv, and pictures from a shape", () => {
    write(
      "d.npz",
      writeNpz({
        x: ndArray("float32", [2, 2, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8)),
        y: ndArray("int32", [2], Int32Array.of(7, 3)),
        z: ndArray("int32", [1], Int32Array.of(0)),
      }),
    );
    const set = load({ from: "d.npz", array: "x", labels: "y" });
    expect(set.image).toEqual({ width: 2, height: 2 });
    expect(set.labels).toEqual({ index: Int32Array.of(1, 0), names: ["3", "7"] });
    expect(() => load({ from: "d.npz" })).toThrow(
      /the file has arrays "x" \[2, 2, 2\], "y" \[2\], .*; expected option array to name one/,
    );
    write("d.csv", "a,b,kind\n1,2,p\n3,4,q\n");
    expect(load({ from: "d.csv", labels: "kind" })).toMatchObject({
      labels: { names: ["p", "q"] },
      atoms: { points: { dim: 2 } },
    });
    expect(() => load({ from: "d.csv", labels: "kin" })).toThrow(/expected the name of one column/);
    expect(() => load({ from: "d.csv", labels: "kind", image: { width: 3, height: 1 } })).toThrow(
      "Cannot show rows as pictures: 3 × 1 pixels, 2 columns; expected as many pixels as columns",
    );
  });

  it("scales coordinates, and gives what the mathematics sees another digest", () => {
    write("d.npy", writeNpy(ndArray("uint8", [2, 1], Uint8Array.of(0, 16))));
    const plain = load({ from: "d.npy" });
    const scaled = load({ from: "d.npy", scale: { factor: 1 / 8, offset: -1 } });
    expect([...scaled.atoms.points.data]).toEqual([-1, 1]);
    const smooth = load({ from: "d.npy", bandwidth: 0.5 });
    expect(new Set([plain.digest, scaled.digest, smooth.digest]).size).toBe(3);
    write("copy.csv", "0\n16\n");
    expect(load({ from: "copy.csv" }).digest).toBe(plain.digest); // the same numbers from another file
  });

  it("refuses weights that are a matrix", () => {
    write("d.csv", "1,1\n2,2\n");
    expect(() => load({ from: "d.csv", weights: "d.csv" })).toThrow(
      'Cannot read weights: "d.csv" holds [2, 2] numbers; expected one column',
    );
  });
});

describe("describeData", () => {
  it("agrees with the numbers of a square written out", () => {
    write("square.csv", "0,0\n1,0\n0,2\n1,2\n");
    const described = describeData(load({ from: "square.csv" }), rngOf(0));
    expect(described).toMatchObject({
      points: 4,
      min: 0,
      max: 2,
      meanNorm: expect.closeTo(Math.hypot(0.5, 1), 14),
      traceCov: expect.closeTo(0.25 + 1, 14),
      entropy: expect.closeTo(Math.log(4), 14),
      effectivePoints: expect.closeTo(4, 12),
      nearest: { of: 4, min: 1, median: 1, max: 1 },
    });
  });

  it("finds the nearest other points that a plain search finds", () => {
    const set = load({ from: "pinwheel:60" });
    const { data } = set.atoms.points;
    const all = Array.from({ length: 60 }, (_, i) => {
      const distances = Array.from({ length: 60 }, (_, j) =>
        Math.hypot((data[2 * i] ?? 0) - (data[2 * j] ?? 0), (data[2 * i + 1] ?? 0) - (data[2 * j + 1] ?? 0)),
      );
      return Math.min(...distances.filter((_, j) => j !== i));
    }).sort((p, q) => p - q);
    const { nearest } = describeData(set, rngOf(0));
    expect(nearest?.min).toBeCloseTo(all[0] ?? 0, 14);
    expect(nearest?.max).toBeCloseTo(all[59] ?? 0, 14);
    expect(nearest?.median).toBeCloseTo(((all[29] ?? 0) + (all[30] ?? 0)) / 2, 14);
  });

  it("has no nearest point where there is one point", () => {
    write("one.csv", "1,2\n1,2\n");
    expect(describeData(load({ from: "one.csv" }), rngOf(0))).not.toHaveProperty("nearest");
  });

  it("interpolate gives order statistics and what lies between them", () => {
    const sorted = Float64Array.of(1, 2, 4);
    expect([0, 0.25, 0.5, 0.75, 1].map((p) => interpolate(sorted, p))).toEqual([1, 1.5, 2, 3, 4]);
  });
});
