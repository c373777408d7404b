import type { Estimate, Floor } from "@fluxion/core";
import type { GradientNoise } from "@fluxion/train";
import type { SampleSpec } from "../spec/index.js";
import { format, table } from "../terminal/index.js";
import type { NetworkEvaluation } from "./evaluate-network.js";
import type { HeldOut } from "./held-out.js";
import type { SampleMetrics } from "./sample-metrics.js";
import { solverText } from "./sampling.js";

/** An evaluation as commands print it. */
export function evaluationJson(
  evaluation: NetworkEvaluation,
  floor: Floor,
  { sample, dim }: { sample: SampleSpec; dim: number },
): object {
  return {
    floor: floor.value,
    floorStandardError: floor.standardError,
    ...evaluation,
    excessPerDim: evaluation.excess.mean / dim,
    solver: solverText(sample),
    samples: sample.count,
    seed: sample.seed,
  };
}

/** An evaluation as a table, network beside exact field. */
export function evaluationText(e: NetworkEvaluation, floor: Floor): string {
  const { number } = format;
  const percent = (share: number): string => `${number(100 * share, 3)} %`;
  return table(
    [
      ["", "network", "exact field"],
      [
        "loss L_CFM",
        `${number(e.loss.mean)} ± ${number(e.loss.standardError, 2)}`,
        `${number(floor.value)} ± ${number(floor.standardError, 2)}`,
      ],
      ["excess over the floor", `${number(e.excess.mean)} ± ${number(e.excess.standardError, 2)}`, "0"],
      [`W2 to ${e.w2.points} draws (perfect: ${number(e.w2.floor, 3)})`, number(e.w2.network), number(e.w2.exact)],
      ...metricRows(e.metrics),
      ["energy distance to the data", number(e.energyDistance.network, 4), number(e.energyDistance.exact, 4)],
      ["copies of data points", percent(e.memorised.network), percent(e.memorised.exact)],
      [
        "nearest-neighbour ratio, median",
        number(e.ratioQuartiles.network[1] ?? Number.NaN, 3),
        number(e.ratioQuartiles.exact[1] ?? Number.NaN, 3),
      ],
      ...(e.captured ?? []).map(({ t, network, exact, kept }) => [
        `captured at t = ${t}${kept === null ? "" : ` (network ends there: ${percent(kept)})`}`,
        percent(network),
        percent(exact),
      ]),
      ["straightness (0: straight)", number(e.straightness.network, 4), number(e.straightness.exact, 4)],
      ["path energy", number(e.motion.network.pathEnergy, 4), number(e.motion.exact.pathEnergy, 4)],
      [
        "normalised path energy",
        number(e.motion.network.normalisedPathEnergy, 3),
        number(e.motion.exact.normalisedPathEnergy, 3),
      ],
      ["evaluations", number(e.nfe.network), number(e.nfe.exact)],
      ["mean distance of the ends", number(e.endpointDistance, 4), ""],
    ],
    ["l", "r", "r"],
  );
}

/** A held-out loss as lines of text, with what it means. */
export function heldOutText(h: HeldOut): string {
  const pm = ({ mean, standardError }: Estimate): string => `${format.number(mean)} ± ${format.number(standardError, 2)}`;
  return [
    `Held out, ${format.count(h.points, "point")}: loss ${pm(h.loss)}, floor ${format.number(h.floor.value)}, excess ${pm(h.excess)};`,
    `the exact training field has loss ${pm(h.trainingField)} on the same pairs, the network less that ${pm(h.againstTrainingField)}.`,
    h.statement,
    "",
  ].join("\n");
}

/** Gradient noise as lines of text. */
export function gradientNoiseText(g: GradientNoise): string {
  const pm = ({ mean, standardError }: Estimate): string => `${format.number(mean)} ± ${format.number(standardError, 2)}`;
  return [
    `Gradient noise over ${format.count(g.batches, "batch", "batches")} (trace of the covariance): ${pm(g.conditional)} with the targets of pairs, ${pm(g.exact)} with exact`,
    `targets of the same points; targets alone ${pm(g.ofTargets)}. Squared mean gradient ${pm(g.squaredMean)}.`,
    "",
  ].join("\n");
}

/** Further distances, with what their uncertainty is. */
function metricRows(metrics: NetworkEvaluation["metrics"]): string[][] {
  if (metrics === undefined) return [];
  const { number } = format;
  const row = (name: string, of: (m: SampleMetrics) => string): string[] => [name, of(metrics.network), of(metrics.exact)];
  return [
    row("W2², 95 % interval", ({ w2Squared: { lower, upper } }) => `${number(lower, 3)} … ${number(upper, 3)}`),
    row("W1", ({ w1 }) => number(w1, 4)),
    row("sliced W2", ({ slicedW2 }) => number(slicedW2, 4)),
    row("MMD²", ({ mmd }) => `${number(mmd.mmdSquared, 3)} ± ${number(mmd.standardError, 2)}`),
    row("precision, recall", ({ fidelity: f }) => `${number(f.precision, 3)}, ${number(f.recall, 3)}`),
    row("density, coverage", ({ fidelity: f }) => `${number(f.density, 3)}, ${number(f.coverage, 3)}`),
  ];
}
