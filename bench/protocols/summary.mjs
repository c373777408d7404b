import { readFileSync } from "node:fs";

/** @typedef {{ part: string, row: string, seed: number, steps?: number } & Record<string, any>} Run */

/**
 * What was published: mean and deviation over ten seeds of W₂² over 10,000 points (C²OT's moons.py), and the loss of single
 * batches at 5, 10, 15 and 20 thousand steps, one seed (the first torchcfm tutorial).
 */
const published = {
  "moons fm": { euler: [6.232, 0.186], adaptive: [0.12, 0.045] },
  "moons ot": { euler: [0.072, 0.025], adaptive: [0.05, 0.04] },
  "8gaussians fm": { losses: [8.344, 8.58, 9.016, 8.022] },
  "8gaussians ot": { losses: [0.202, 0.105, 0.14, 0.071] },
};

const floors = JSON.parse(readFileSync(new URL("../../tests/parity/w2_sampling_floors.json", import.meta.url), "utf8")).cases;

/**
 * Mean over seeds with its standard error, which one seed does not have.
 * @param {readonly number[]} values
 */
export function over(values) {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, standardError: n > 1 ? Math.sqrt(squares / (n - 1) / n) : null, seeds: n };
}

/** Rows with what was published beside them; runs of another length are a row of their own. @param {readonly Run[]} runs */
export function summary(runs) {
  const keys = [...new Set(runs.map(keyOf))];
  return Object.fromEntries(keys.map((key) => [key, summaryOf(runs.filter((run) => keyOf(run) === key))]));
}

const keyOf = (/** @type {Run} */ { part, row, steps }) =>
  steps === undefined || steps === 20_000 ? `${part} ${row}` : `${part} ${row}, ${steps} steps`;

/** @param {readonly Run[]} runs */
function summaryOf(runs) {
  const of = (/** @type {(run: Run) => number} */ read) => over(runs.map(read));
  if (runs[0].part === "floor") return { w2Squared: of((run) => run.w2Squared) };
  if (runs[0].part === "targets") {
    const excess = (/** @type {string} */ what) => of((run) => run[what].excess.mean);
    return {
      excess: { exact: excess("exact"), conditionalEqualSteps: excess("equalSteps"), conditionalEqualTime: excess("equalTime") },
      excessOfAverage: {
        exact: of((run) => run.exact.excessOfAverage.mean),
        conditionalEqualSteps: of((run) => run.equalSteps.excessOfAverage.mean),
        conditionalEqualTime: of((run) => run.equalTime.excessOfAverage.mean),
      },
      stepsInEqualTime: of((run) => run.equalTime.steps / run.exact.steps),
      loss: { exact: of((run) => run.exact.loss.mean), conditionalEqualSteps: of((run) => run.equalSteps.loss.mean) },
      floor: of((run) => run.exact.floor.mean),
      gradientVariance: {
        ratioAtStart: of((run) => run.gradients.start.ratio),
        ratioAtEnd: of((run) => run.gradients.end.ratio),
      },
    };
  }
  const known = runs.every((run) => run.excess !== undefined);
  return {
    published: published[/** @type {keyof typeof published} */ (`${runs[0].part} ${runs[0].row}`)],
    euler: of((run) => run.transport.euler),
    adaptive: of((run) => run.transport.adaptive),
    nfe: of((run) => run.transport.nfe),
    loss: of((run) => run.loss.mean),
    ...(known ? { floor: of((run) => run.floor.mean), excess: of((run) => run.excess.mean) } : {}),
    losses: runs[0].losses.map((/** @type {{ steps: number }} */ { steps }, /** @type {number} */ i) => ({
      steps,
      batch: of((run) => run.losses[i].batch),
      mean: of((run) => run.losses[i].mean),
    })),
    trainingSeconds: of((run) => run.trainingSeconds),
  };
}

/** W₂² between the reference grid and independent draws of the moons: what a perfect generator scores, as it was measured before. */
export const samplingFloors = floors
  .filter((/** @type {{ data: string }} */ { data }) => data === "same, grid reference vs i.i.d. draw (perfect generator)")
  .map((/** @type {{ n: number, reps: number, W2sq: number[] }} */ { n, reps, W2sq }) => ({
    points: n,
    repetitions: reps,
    mean: W2sq[0],
    deviation: W2sq[1],
  }));
