import { type AtomPath, type Influence, influenceOn, type Points, rows } from "@fluxion/core";
import type { ExactSamples } from "@fluxion/kernels";
import { badInput } from "../errors.js";
import type { Progress } from "../progress/index.js";

/** What pulled one sample, until it was captured. */
export interface SampleInfluence {
  /** The atom at which it ends. */
  readonly end: number;
  /** When that was proved. */
  readonly captureTime: number;
  /** The atoms with the largest shares, largest first, and these shares; [k]. */
  readonly atoms: Int32Array;
  readonly shares: Float64Array;
  /** 1/Σ c_i²: how many atoms share it, effectively. */
  readonly effective: number;
}

/**
 * The influence of the data points on every sample, from its noise to its capture. Eq. (M9)
 * @throws CliError when a sample was not captured.
 */
export function influencesOf(
  path: AtomPath,
  noise: Points,
  samples: ExactSamples,
  { top, progress, signal }: { readonly top: number; readonly progress: Progress; readonly signal: AbortSignal },
): readonly SampleInfluence[] {
  const task = progress.start("influence", noise.size, "samples");
  const found = Array.from(samples.index, (end, b) => {
    if (end < 0) {
      throw badInput(`Cannot follow the influence on sample ${b}: its end is not proved; expected a smaller --tolerance`);
    }
    const captureTime = samples.captureTime[b] ?? 0;
    const influence = influenceOn(path, rows(noise, b, b + 1), captureTime, { signal });
    task.update(b + 1);
    return { end, captureTime, ...largest(influence, top) };
  });
  task.end();
  return found;
}

function largest({ share }: Influence, top: number) {
  const order = Int32Array.from(share.keys()).sort((p, q) => (share[q] ?? 0) - (share[p] ?? 0) || p - q);
  const atoms = order.slice(0, top);
  const effective = 1 / share.reduce((sum, c) => sum + c * c, 0);
  return { atoms, shares: Float64Array.from(atoms, (i) => share[i] ?? 0), effective };
}
