import type { Prediction, Scheduler } from "@fluxion/core";

/** What the squared error of a point at time t counts, as plain data; SNR = α²/β². */
export type WeightingSpec =
  | {
      /** 1 on the network's own prediction. */
      readonly kind: "constant";
    }
  | {
      /** SNR on the error of the denoiser, which is 1 on that of the noise [Ho2020]. */
      readonly kind: "snr";
    }
  | {
      /** min(SNR, γ) on the error of the denoiser [Hang2023]. */
      readonly kind: "min-snr";
      /** @defaultValue 5 */
      readonly gamma?: number | undefined;
    }
  | {
      /** Lines between the points (t_k, w_k), the first and last of which are at 0 and 1, on the network's own prediction. */
      readonly kind: "points";
      readonly points: readonly (readonly [t: number, w: number])[];
    };

/** Weights in the two units that are needed: for the batch, and for comparing with the floor. */
export interface Weighting {
  readonly name: string;
  /** Factor on ‖f_θ − target‖², the network's own prediction. */
  ofPrediction(t: number): number;
  /** The same weight as a factor on ‖v_θ − u_t‖²: V under it is the floor of the weighted loss. Eq. (M8) */
  ofVelocity(t: number): number;
}

/** What a network predicts and along which path: what one unit of its error is worth depends on both. */
export interface WeightingPath {
  readonly scheduler: Scheduler;
  /** @defaultValue "velocity" */
  readonly prediction?: Exclude<Prediction, "score">;
}

/**
 * The weighting of a spec, or a function w(t) of your own on the network's prediction. With the errors of denoiser, noise and
 * velocity in the ratio 1 : α/β : (α̇β − αβ̇)/β, Eq. (M7), every weight is written so that nothing divides by β and multiplies by it
 * again.
 * @throws RangeError for γ or points outside their domain.
 */
export function weightingOf(
  spec: WeightingSpec | ((t: number) => number),
  { scheduler, prediction = "velocity" }: WeightingPath,
): Weighting {
  /** (error of the prediction / error of the velocity)², 1/c² for v = c_x·x + c·f. */
  const perVelocity = (t: number): number => {
    if (prediction === "velocity") return 1;
    const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
    const turn = dAlpha * beta - alpha * dBeta;
    return prediction === "denoiser" ? (beta / turn) ** 2 : (alpha / turn) ** 2;
  };
  const own = (name: string, w: (t: number) => number): Weighting => ({
    name,
    ofPrediction: w,
    ofVelocity: (t) => w(t) * perVelocity(t),
  });
  if (typeof spec === "function") return own("custom", spec);
  switch (spec.kind) {
    case "constant":
      return own("constant", () => 1);
    case "points":
      return own("points", linesThrough(spec.points));
    case "snr":
      return ofDenoiser("snr", Infinity, { scheduler, prediction });
    case "min-snr": {
      const { gamma = 5 } = spec;
      if (!(gamma > 0 && gamma < Infinity)) refuse(`gamma is ${gamma}`, "a positive finite number");
      return ofDenoiser(`min-snr(${gamma})`, gamma, { scheduler, prediction });
    }
    default: {
      const { kind } = spec satisfies never as { kind: unknown };
      return refuse(`the kind is "${String(kind)}"`, "one of constant, snr, min-snr, points");
    }
  }
}

/** min(SNR, γ) on the denoiser's error. */
function ofDenoiser(name: string, gamma: number, { scheduler, prediction }: Required<WeightingPath>): Weighting {
  /** β²·min(SNR, γ): finite at both ends. */
  const timesBeta = (alpha: number, beta: number): number =>
    gamma === Infinity ? alpha * alpha : Math.min(alpha * alpha, gamma * beta * beta);
  const ofVelocity = (t: number): number => {
    const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
    return timesBeta(alpha, beta) / (dAlpha * beta - alpha * dBeta) ** 2;
  };
  const ofPrediction = (t: number): number => {
    const { alpha, beta } = scheduler.at(t);
    if (prediction === "denoiser") return Math.min((alpha / beta) ** 2, gamma);
    if (prediction === "noise") return alpha === 0 ? 1 : timesBeta(alpha, beta) / (alpha * alpha);
    return ofVelocity(t);
  };
  return { name, ofPrediction, ofVelocity };
}

/** The piecewise linear function through some points. */
function linesThrough(points: readonly (readonly [number, number])[]): (t: number) => number {
  const increasing = points.every(([t], k) => k === 0 || t > (points[k - 1]?.[0] ?? Infinity));
  if (points.length < 2 || points[0]?.[0] !== 0 || points.at(-1)?.[0] !== 1 || !increasing) {
    refuse(`the points are at t = ${points.map(([t]) => t).join(", ")}`, "at least two, increasing from 0 to 1");
  }
  if (points.some(([, w]) => !(w >= 0 && w < Infinity)) || points.every(([, w]) => w === 0)) {
    refuse(`the weights are ${points.map(([, w]) => w).join(", ")}`, "finite numbers ≥ 0, not all 0");
  }
  return (t) => {
    const next = Math.max(
      1,
      points.findIndex(([at]) => at >= t),
    );
    const [[t0, w0], [t1, w1]] = [points[next - 1] ?? [0, 0], points[next] ?? [1, 0]];
    return w0 + ((w1 - w0) * (t - t0)) / (t1 - t0);
  };
}

function refuse(found: string, expected: string): never {
  throw new RangeError(`Cannot weigh the loss: ${found}; expected ${expected}`);
}
