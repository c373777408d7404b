import { describe, expect, it } from "vitest";
import { buildNetwork } from "../network/index.js";
import { labelRows } from "./label-rows.js";

const network = buildNetwork({ kind: "mlp", dim: 2, width: 4, depth: 1, classes: 3 });

describe("labelRows", () => {
  it("gives the rows of a run one-hot, with null labels behind them", () => {
    const rows = labelRows(network, Int32Array.of(0, 2, -1, 1), 4);
    expect([...(rows({ from: 1, to: 4, rows: 4 }).y ?? [])]).toEqual([0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect([...(labelRows(network, 1, 2)({ from: 0, to: 2, rows: 2 }).y ?? [])]).toEqual([0, 1, 0, 0, 1, 0]);
  });

  it("asks which point a row belongs to, where a point has several", () => {
    const rows = labelRows(network, Int32Array.of(0, 2), 2);
    const { y = new Float32Array() } = rows({ from: 1, to: 3, rows: 2 }, (row) => Math.floor(row / 2));
    expect([...y]).toEqual([1, 0, 0, 0, 0, 1]); // rows 1 and 2 are of points 0 and 1
  });

  it("gives nothing for a network without classes, and refuses what does not fit", () => {
    const plain = buildNetwork({ kind: "mlp", dim: 2, width: 4, depth: 1 });
    expect(labelRows(plain, -1, 3)({ from: 0, to: 3, rows: 4 })).toEqual({});
    expect(() => labelRows(plain, 0, 3)).toThrow(RangeError);
    expect(() => labelRows(network, Int32Array.of(0), 2)).toThrow(
      new RangeError("Cannot evaluate the network: there are 1 labels; expected 2, one for each point"),
    );
  });
});
