import { condOt, pathBatch, pointsOf, zeros } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { hostBatch, type TrainingBatch } from "./training-batch.js";

describe("hostBatch", () => {
  it("takes a batch of the core, rounds it to float32 and shares out the mean", () => {
    const batch = pathBatch(
      condOt(),
      Float64Array.of(0.25, 0.5),
      pointsOf([
        [1, 2],
        [3, 4],
      ]),
      pointsOf([
        [0, 0],
        [0.1, 0.2],
      ]),
    );
    const host = hostBatch(batch, { dim: 2 });
    expect([...host.t]).toEqual([0.25, 0.5]);
    expect([...host.xt]).toEqual([0.75, 1.5, Math.fround(1.55), Math.fround(2.1)]);
    expect([...host.ut]).toEqual([-1, -2, Math.fround(-2.9), Math.fround(-3.8)]);
    expect([...host.share]).toEqual([0.5, 0.5]);
  });

  it("divides weights by the batch size, not by their sum", () => {
    const batch = { t: new Float64Array(4), xt: zeros(4, 1), ut: zeros(4, 1), weight: Float64Array.of(1, 0, 2, 5) };
    expect([...hostBatch(batch, { dim: 1 }).share]).toEqual([0.25, 0, 0.5, 1.25]);
  });

  const batch: TrainingBatch = { t: new Float64Array(3), xt: zeros(3, 2), ut: zeros(3, 2) };
  const wrong: [Partial<TrainingBatch>, string][] = [
    [{ t: new Float64Array(2) }, "t is [2], xt is [3, 2], ut is [3, 2]"],
    [{ xt: zeros(3, 1) }, "t is [3], xt is [3, 1], ut is [3, 2]"],
    [{ ut: zeros(4, 2) }, "t is [3], xt is [3, 2], ut is [4, 2]"],
    [{ label: new Int32Array(4) }, "t is [3], xt is [3, 2], ut is [3, 2], label is [4]"],
    [{ weight: new Float64Array(2) }, "t is [3], xt is [3, 2], ut is [3, 2], weight is [2]"],
  ];
  for (const [change, shapes] of wrong) {
    it(`refuses shapes that disagree: ${shapes}`, () => {
      expect(() => hostBatch({ ...batch, ...change }, { dim: 2 })).toThrow(
        new RangeError(`Cannot use the batch: ${shapes}; expected [B], [B, 2] and [B, 2] with B ≥ 1`),
      );
    });
  }

  it("makes labels one-hot for a network with classes, zeros where there is none, and nothing for another", () => {
    const y = (label?: Int32Array) => hostBatch({ ...batch, ...(label ? { label } : {}) }, { dim: 2, classes: 3 }).y;
    expect([...(y(Int32Array.of(2, -1, 0)) ?? [])]).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 0]);
    expect([...(y() ?? [])]).toEqual(Array(9).fill(0));
    expect(hostBatch(batch, { dim: 2 })).not.toHaveProperty("y");
    expect(() => y(Int32Array.of(0, 3, 0))).toThrow(
      new RangeError("Cannot condition the network: the label of point 1 is 3; expected -1 (none) or 0 … 2"),
    );
    expect(() => hostBatch({ ...batch, label: Int32Array.of(-1, 0, -1) }, { dim: 2 })).toThrow(
      new RangeError("Cannot condition the network: the label of point 1 is 0; expected -1, for the network has no classes"),
    );
  });

  it("refuses an empty batch", () => {
    expect(() => hostBatch({ t: new Float64Array(), xt: zeros(0, 2), ut: zeros(0, 2) }, { dim: 2 })).toThrow(/with B ≥ 1/);
  });
});
