import { type AtomPath, captureFraction, type Points, rows } from "@fluxion/core";

/** How many trajectories are certain to end at one data point, at one time. */
export interface Captured {
  readonly t: number;
  /** Share of the network's states from which the exact flow provably ends at one point. */
  readonly network: number;
  /** The same for states of the exact flow. */
  readonly exact: number;
  /** Share of those captured network states whose sample is nearest to that very point; null where there is none. */
  readonly kept: number | null;
}

/** Products of coordinates that a report may take. */
const WORK = 4e8;
const TIMES = [0.1, 0.3, 0.5, 0.7, 0.9];

/** States at several times, with the nearest atom of every network sample. */
export interface CaptureInput {
  readonly path: AtomPath;
  readonly times: readonly number[];
  readonly network: readonly Points[];
  readonly exact: readonly Points[];
  readonly nearest: Uint32Array;
}

/**
 * Captures along the trajectories of a network and of the exact flow. Eq. (M9) A state of the network is captured where the exact
 * flow from there would copy a data point; `kept` says how often the network copies it too. Undefined for smoothed data, for
 * sources other than N(0, I), and where eight trajectories would take too long.
 */
export function captures({ path, times, network, exact, nearest }: CaptureInput): readonly Captured[] | undefined {
  const { points } = path.atoms;
  const count = Math.min(nearest.length, Math.floor(WORK / (points.data.length * 2 * TIMES.length)));
  if (path.bandwidth !== 0 || !path.source.isotropic || count < Math.min(8, nearest.length)) return undefined;
  return times.flatMap((t, k): Captured[] => {
    const [ours, theirs] = [network[k], exact[k]];
    if (!TIMES.includes(t) || ours === undefined || theirs === undefined) return [];
    const at = path.field.scheduler.at(t);
    const own = captureFraction(path.atoms, rows(ours, 0, count), at);
    const caught = [...own.atom.keys()].filter((b) => Number(own.atom[b]) >= 0);
    const kept = caught.filter((b) => own.atom[b] === nearest[b]).length;
    return [
      {
        t,
        network: own.fraction,
        exact: captureFraction(path.atoms, rows(theirs, 0, count), at).fraction,
        kept: caught.length === 0 ? null : kept / caught.length,
      },
    ];
  });
}
