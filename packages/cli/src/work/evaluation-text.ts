import type { Floor } from "@fluxion/core";
import type { SampleSpec } from "../spec/index.js";
import { format, table } from "../terminal/index.js";
import type { NetworkEvaluation } from "./evaluate-network.js";
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
      ["energy distance to the data", number(e.energyDistance.network, 4), number(e.energyDistance.exact, 4)],
      ["copies of data points", percent(e.memorised.network), percent(e.memorised.exact)],
      ["straightness (0: straight)", number(e.straightness.network, 4), number(e.straightness.exact, 4)],
      ["evaluations", number(e.nfe.network), number(e.nfe.exact)],
      ["mean distance of the ends", number(e.endpointDistance, 4), ""],
    ],
    ["l", "r", "r"],
  );
}
