import { fork, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { type HostTensor, hostOps, hostTensor } from "../engine/index.js";
import { layout } from "./layout.js";

const rng = rngOf(2);

describe("layout", () => {
  it("places arrays one behind the other, and reads each from θ in its own shape", () => {
    const to = layout();
    const [a, b] = [to.array("a", [2, 3]), to.array("b", [2])];
    const theta = hostTensor([1, 2, 3, 4, 5, 6, 7, 8], [8]);
    const read = (array: typeof a) => array({ ops: hostOps, theta }) as HostTensor;
    expect([read(a).shape, [...read(a).data]]).toEqual([
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect([read(b).shape, [...read(b).data]]).toEqual([[2], [7, 8]]);
    expect(to.finish().parameterCount).toBe(8);
  });

  it("starts arrays uniformly around their centre; an array's numbers come from its name, not from its place", () => {
    const to = layout();
    to.array("zeros", [3]);
    to.array("ones", [3], { centre: 1 });
    to.array("w", [500], { centre: 2, spread: 0.5 });
    const theta = to.finish().init(rng);
    expect([...theta.subarray(0, 6)]).toEqual([0, 0, 0, 1, 1, 1]);
    const w = theta.subarray(6);
    expect(w.every((v) => v >= 1.5 && v <= 2.5)).toBe(true);
    const mean = w.reduce((sum, v) => sum + v, 0) / 500;
    expect(Math.abs(mean - 2)).toBeLessThan(5 * (0.5 / Math.sqrt(3 * 500))); // five standard errors
    const alone = layout();
    alone.array("w", [500], { centre: 2, spread: 0.5 });
    expect(alone.finish().init(rng)).toEqual(w);
    expect(alone.finish().init(fork(rng, 1))).not.toEqual(w);
  });

  it("adds up the work of its layers", () => {
    const to = layout();
    to.work(3);
    to.work(4);
    expect(to.finish().flopsPerPoint).toBe(7);
  });
});
