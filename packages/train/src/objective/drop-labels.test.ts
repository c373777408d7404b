import { fork, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { dropLabels } from "./drop-labels.js";

const rng = rngOf(3);
const label = Int32Array.from({ length: 10_000 }, (_, b) => b % 7);

describe("dropLabels", () => {
  it("drops the share that is asked for, of every class alike, and leaves the others", () => {
    const dropped = dropLabels(rng, label, 0.2);
    for (let k = 0; k < 7; k++) {
      const own = [...dropped].filter((_, b) => label[b] === k);
      expect(own.every((value) => value === k || value === -1)).toBe(true);
      const share = own.filter((value) => value === -1).length / own.length;
      expect(Math.abs(share - 0.2)).toBeLessThan(5 * Math.sqrt((0.2 * 0.8) / own.length)); // five standard errors
    }
  });

  it("is a function of the generator; nothing at 0 and everything at 1", () => {
    expect(dropLabels(rng, label, 0.5)).toEqual(dropLabels(rng, label, 0.5));
    expect(dropLabels(rng, label, 0.5)).not.toEqual(dropLabels(fork(rng, 1), label, 0.5));
    expect(dropLabels(rng, label, 0)).toEqual(label);
    expect(dropLabels(rng, label, 1)).toEqual(new Int32Array(label.length).fill(-1));
    expect(() => dropLabels(rng, label, 1.5)).toThrow(new RangeError("Cannot drop labels: the rate is 1.5; expected 0 to 1"));
  });
});
