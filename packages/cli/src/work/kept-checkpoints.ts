import type { MetricsLog } from "../runs/index.js";
import type { TrainSpec } from "../spec/index.js";

/**
 * Which checkpoints stay: the newest; of those on schedule the last `keepLast`, or all; and the one of the least measured loss.
 * An interrupt leaves one off schedule, until a later one takes its place. A function of the steps and the log alone, so that
 * a resumed training keeps the same ones.
 */
export function keptCheckpoints(
  finished: readonly number[],
  entries: MetricsLog["entries"],
  { steps, checkpointEvery, keepLast }: Pick<TrainSpec, "steps" | "checkpointEvery" | "keepLast">,
): ReadonlySet<number> {
  const newest = finished.at(-1);
  const scheduled = finished.filter((step) => step % checkpointEvery === 0 || step === steps);
  const kept = new Set(keepLast === undefined ? scheduled : scheduled.slice(-keepLast));
  const best = bestOf(scheduled, entries);
  for (const step of [newest, best]) if (step !== undefined) kept.add(step);
  return kept;
}

/** The step of the least loss, as last measured at or before it; the first of equal ones, and none without a measurement. */
function bestOf(scheduled: readonly number[], entries: MetricsLog["entries"]): number | undefined {
  const measured = entries.filter(({ kind }) => kind === "evaluation");
  let least = Number.POSITIVE_INFINITY;
  let best: number | undefined;
  for (const step of scheduled) {
    const loss = lossOf(measured.findLast((entry) => Number(entry.step) <= step));
    if (loss >= least || Number.isNaN(loss)) continue;
    [least, best] = [loss, step];
  }
  return best;
}

function lossOf(entry: Readonly<Record<string, unknown>> | undefined): number {
  const loss = entry?.loss;
  return typeof loss === "object" && loss !== null ? Number(Reflect.get(loss, "mean")) : Number.NaN;
}
