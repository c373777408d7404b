import type { Points } from "../points/index.js";
import type { Certificate, Demand } from "./certificate.js";
import { certifyScan } from "./certify-scan.js";
import { denoiserBound } from "./denoiser-bound.js";
import type { DataLimit, Means, Moments, PathPoint, Want } from "./posterior.js";
import { refuseLimit, requireQuery, requireTop } from "./require.js";
import type { ScanState } from "./scan.js";
import type { Scan, ScanBackend } from "./scan-backend.js";
import { scanMeans, scanMoments } from "./scan-moments.js";
import { requireBandwidth, type SmoothedQuery, smoothedQuery } from "./smoothed-query.js";

/** Moments with what is promised of them. */
export interface CertifiedMoments {
  readonly moments: Moments;
  readonly certificate: Certificate;
}

/** Means with what is promised of them. */
export interface CertifiedMeans {
  readonly means: Means;
  readonly certificate: Certificate;
}

/** A `Posterior` that answers later and says what its answer is worth: scans in workers, on a GPU, on a disk. Eq. (M5) */
export interface AsyncPosterior {
  /** D. */
  readonly dim: number;
  /** N. */
  readonly size: number;
  /** As in `Posterior`. */
  readonly singularAtData: boolean;
  /**
   * The moments at x, [B, D], as demanded. @throws RangeError as `Posterior.evaluate` does, and when the demand cannot be
   * met: the error names the point and the bound that was reached.
   */
  evaluate(x: Points, at: PathPoint, want: Want, demand: Demand): Promise<CertifiedMoments>;
  /** The means at x, [B, D], and nothing else, which some backends have much sooner. @throws RangeError as `evaluate` does. */
  means(x: Points, at: PathPoint, demand: Demand): Promise<CertifiedMeans>;
  /** As in `Posterior`. */
  limit(x: Points, top?: number): Promise<DataLimit>;
}

/** Options of `posteriorOn`. */
export interface PosteriorOnOptions {
  /** Width h of the Gaussian around every atom; 0 for the atoms themselves. @defaultValue 0 */
  readonly bandwidth?: number;
  /** The limit at the data, for atoms; without it t = 1 is refused. */
  readonly limit?: (x: Points, top: number) => DataLimit | Promise<DataLimit>;
}

/**
 * The posterior over the atoms that a backend holds, for the source N(0, I). Eq. (M5)
 * @throws RangeError when the bandwidth is negative.
 */
export function posteriorOn(backend: ScanBackend, { bandwidth = 0, limit }: PosteriorOnOptions = {}): AsyncPosterior {
  requireBandwidth(bandwidth);
  const { dim, size } = backend;
  const shape = { dim, size, bandwidth };
  const ask = async <M extends Means>(
    x: Points,
    query: SmoothedQuery,
    demand: Demand,
    momentsOf: (state: ScanState, x: Points, query: SmoothedQuery) => M,
  ): Promise<{ readonly known: M; readonly certificate: Certificate }> => {
    requireMeets(backend, demand);
    const scan = await backend.scan(x, query, demand);
    const known = momentsOf(scan.state, x, query);
    const error = demand.kind === "statistical" ? scan.error.mean : certifyScan(scan, backend, query).mean;
    const bound = denoiserBound(error, known, x, query);
    const certificate = certificateOf(scan, bound, backend, demand);
    return { known: demand.kind === "statistical" ? known : { ...known, bound }, certificate };
  };
  return {
    dim,
    size,
    singularAtData: bandwidth === 0,
    async evaluate(x, at, want, demand) {
      const { known, certificate } = await ask(x, smoothedQuery(x, at, want, shape), demand, scanMoments);
      return { moments: known, certificate };
    },
    async means(x, at, demand) {
      const query: SmoothedQuery = { ...smoothedQuery(x, at, {}, shape), sums: "mean" };
      const { known, certificate } = await ask(x, query, demand, scanMeans);
      return { means: known, certificate };
    },
    async limit(x, top = 0) {
      requireQuery(x, dim);
      if (bandwidth > 0) refuseLimit();
      if (limit === undefined) {
        throw new RangeError(
          `Cannot take the limit at the data: the backend "${backend.name}" does not hold the atoms in float64; expected t < 1`,
        );
      }
      return limit(x, requireTop(top, size));
    },
  };
}

function requireMeets(backend: ScanBackend, demand: Demand): void {
  if (backend.meets.has(demand.kind)) return;
  const can = [...backend.meets].join(", ");
  throw new RangeError(`Cannot promise "${demand.kind}": the backend "${backend.name}" cannot; expected one of ${can}`);
}

/** The certificate of a scan and its denoiser. @throws RangeError when a certified demand was missed. */
function certificateOf({ evaluations, skipped }: Scan, bound: Float64Array, backend: ScanBackend, demand: Demand): Certificate {
  if (demand.kind === "certified") {
    const allowed = demand.epsilon * backend.radius;
    const missed = bound.findIndex((error) => !(error <= allowed));
    if (missed >= 0) {
      throw new RangeError(
        `Cannot certify ${demand.epsilon}: the bound of point ${missed} is ${bound[missed] / backend.radius} of the radius of the data on "${backend.name}"; expected a larger epsilon, or the exact promise`,
      );
    }
  }
  return { promise: demand.kind, bound, evaluations, skipped, backend: backend.name };
}
