import { type Coefficients, type Points, requireFinite, type Scheduler } from "@fluxion/core";

/** Every atom with every noise at every time, and with −noise too where `antithetic`. */
export interface GridPlan {
  readonly kind: "grid";
  /** Indices of atoms, [J]. */
  readonly rows: ArrayLike<number>;
  /** ε, [B, D]. */
  readonly noise: Points;
  /** [T]. */
  readonly t: ArrayLike<number>;
  /** @defaultValue false */
  readonly antithetic?: boolean;
}

/** Point p is atom `rows[p]` with noise p at time `t[p]`: independent points, one product of rows each. */
export interface AlignedPlan {
  readonly kind: "aligned";
  /** [P]. */
  readonly rows: ArrayLike<number>;
  /** [P, D]. */
  readonly noise: Points;
  /** [P]. */
  readonly t: ArrayLike<number>;
}

/**
 * Which points x = α_t z_j + √v_t ε to find targets at; v = β² + α²h² for data smoothed with width h. A grid is ordered by time,
 * then atom, then noise, then sign, + first.
 */
export type TargetPlan = GridPlan | AlignedPlan;

/** One point of a plan. */
export interface TargetPlace {
  readonly t: number;
  readonly at: Coefficients;
  /** v. */
  readonly variance: number;
  /** α/√v. */
  readonly snr: number;
  /** Index of the atom. */
  readonly row: number;
  /** Row of the noise. */
  readonly noise: number;
  /** 1 or −1, the factor of the noise. */
  readonly sign: number;
}

/**
 * The points of a plan in order.
 * @throws RangeError for shapes that do not fit, an index that is no atom, a time outside [0, 1], and where v is 0 or a slope
 * infinite.
 */
export function placesOf(plan: TargetPlan, scheduler: Scheduler, about: PlanLimits): TargetPlace[] {
  const { rows, noise, t } = plan;
  requirePlan(plan, about);
  const times = Array.from(t, (value) => clockAt(scheduler, value, about.bandwidth));
  if (plan.kind === "aligned") {
    return times.map((clock, p) => ({ ...clock, row: rows[p] as number, noise: p, sign: 1 }));
  }
  const signs = plan.antithetic ? [1, -1] : [1];
  return times.flatMap((clock) =>
    Array.from(rows).flatMap((row) =>
      Array.from({ length: noise.size }, (_, b) => b).flatMap((b) => signs.map((sign) => ({ ...clock, row, noise: b, sign }))),
    ),
  );
}

/** What a plan has to fit. */
export interface PlanLimits {
  readonly size: number;
  /** [N]. */
  readonly logWeights: Float64Array;
  readonly dim: number;
  readonly bandwidth: number;
}

function clockAt(scheduler: Scheduler, t: number, bandwidth: number): Pick<TargetPlace, "t" | "at" | "variance" | "snr"> {
  const at = scheduler.at(t);
  const variance = at.beta * at.beta + (at.alpha * bandwidth) ** 2;
  if (!(0.5 / variance < Infinity) || !Number.isFinite(at.dAlpha) || !Number.isFinite(at.betaDBeta)) {
    throw new RangeError(
      `Cannot find targets at t = ${t}: the variance is ${variance} and (α̇, β̇) is (${at.dAlpha}, ${at.dBeta}); expected a time at which the velocity is finite`,
    );
  }
  return { t, at, variance, snr: at.alpha / Math.sqrt(variance) };
}

function requirePlan({ kind, rows, noise, t }: TargetPlan, { size, dim, logWeights }: PlanLimits): void {
  const aligned = kind === "aligned" && (rows.length !== t.length || noise.size !== t.length);
  if (noise.dim !== dim || aligned || rows.length === 0 || noise.size === 0 || t.length === 0) {
    throw new RangeError(
      `Cannot find targets: rows is [${rows.length}], noise is [${noise.size}, ${noise.dim}], t is [${t.length}]; expected ${aligned ? "one of each for every point" : `at least one of each, in ${dim} coordinates`}`,
    );
  }
  for (const row of Array.from(rows)) {
    if (!(Number.isInteger(row) && row >= 0 && row < size && (logWeights[row] as number) > -Infinity)) {
      throw new RangeError(`Cannot find targets: row ${row} is no atom of positive weight; expected an index below ${size}`);
    }
  }
  requireFinite(noise, "the noise of the targets");
}
