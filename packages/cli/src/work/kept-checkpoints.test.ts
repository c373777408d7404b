import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keptCheckpoints } from "./kept-checkpoints.js";

const log = (losses: readonly number[], every: number) =>
  losses.map((mean, i) => ({ kind: "evaluation", step: i * every, loss: { mean, standardError: 0 } }));

describe("keptCheckpoints", () => {
  const schedule = { steps: 45, checkpointEvery: 10 };

  it("are all on schedule, and the last step, where no number is given", () => {
    expect([...keptCheckpoints([10, 20, 30, 40, 45], log([], 10), schedule)]).toEqual([10, 20, 30, 40, 45]);
  });

  it("are the last k and the one of the least loss", () => {
    const entries = log([9, 5, 1, 3, 2, 4], 10); // steps 0, 10, …; 20 is the best, and 45 was measured last at 40
    expect([...keptCheckpoints([10, 20, 30, 40, 45], entries, { ...schedule, keepLast: 2 })]).toEqual([40, 45, 20]);
    expect([...keptCheckpoints([10, 20], entries, { ...schedule, keepLast: 1 })]).toEqual([20]);
  });

  it("hold one off schedule as long as it is the newest", () => {
    expect([...keptCheckpoints([10, 17], log([], 10), schedule)]).toEqual([10, 17]);
    expect([...keptCheckpoints([10, 17, 20], log([], 10), schedule)]).toEqual([10, 20]);
  });

  it("never lose the best of all steps, however they are removed on the way", () => {
    const losses = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(losses, fc.integer({ min: 1, max: 4 }), (values, keepLast) => {
        let there: number[] = [];
        for (let n = 1; n < values.length; n++) {
          const entries = log(values.slice(0, n + 1), 1);
          const kept = keptCheckpoints([...there, n], entries, { steps: 99, checkpointEvery: 1, keepLast });
          there = [...there, n].filter((step) => kept.has(step));
        }
        const least = Math.min(...values.slice(1));
        expect(there).toContain(values.indexOf(least, 1));
        expect(there.length).toBeLessThanOrEqual(keepLast + 1);
      }),
    );
  });
});
