/**
 * A field whose parts each see a part of x: u_d(x) = α̇μ_d + (β̇/β)(x_d − αμ_d) with μ_d = E[z_d | what part p(d) sees]. With the
 * patch around each pixel as its mask this is the denoiser of a network that is local, exactly: it moves pixels independently of
 * what is far away, and so makes pictures that are in no data set. It is no marginal field, and transports no known density.
 * [Kamb2025]
 */
import type { Posterior, WeightedAtoms } from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import { type Points, zerosLike } from "../points/index.js";
import type { Scheduler } from "../scheduler/index.js";
import { maskedPosterior } from "./masked-posterior.js";

/** What moves some coordinates: a posterior that sees what it may. */
export interface LocalPart {
  /** The coordinates that it moves. */
  readonly coordinates: ArrayLike<number>;
  /** Its posterior over whole data points. */
  readonly posterior: Pick<Posterior, "evaluate">;
}

/** A field made of parts. */
export interface LocalField extends VectorField {
  readonly dim: number;
  readonly scheduler: Scheduler;
  /** The composed denoiser, [B, D]. */
  denoiser(t: number, x: Points, out: Points): Points;
}

/**
 * The field of parts that move every coordinate once.
 * @throws RangeError when a coordinate is moved by no part, by two, or is none.
 */
export function localField(scheduler: Scheduler, dim: number, parts: readonly LocalPart[]): LocalField {
  requirePartition(dim, parts);
  const denoiser: LocalField["denoiser"] = (t, x, out) => {
    const at = scheduler.at(t);
    for (const { coordinates, posterior } of parts) {
      const { data } = posterior.evaluate(x, at).denoiser;
      for (let b = 0; b < x.size; b++) {
        for (let k = 0; k < coordinates.length; k++) out.data[b * dim + coordinates[k]] = data[b * dim + coordinates[k]];
      }
    }
    return out;
  };
  return {
    dim,
    scheduler,
    denoiser,
    evaluate(t, x, out) {
      const { alpha, beta, dAlpha, betaDBeta } = scheduler.at(t);
      const { data: mean } = denoiser(t, x, zerosLike(x));
      const rate = betaDBeta / (beta * beta);
      for (let d = 0; d < mean.length; d++) out.data[d] = dAlpha * mean[d] + rate * (x.data[d] - alpha * mean[d]);
      return out;
    },
  };
}

/** A picture of height × width pixels, one coordinate each. */
export interface PictureShape {
  readonly width: number;
  readonly height: number;
}

/**
 * One part for each pixel, that sees the square of side 2·reach + 1 around it, cut off at the border: local, and at its own
 * place in the picture. N·(2·reach + 1)² a pixel and point.
 * @throws RangeError when the shape is not that of the data, or reach is not an integer ≥ 0.
 */
export function patchParts(atoms: WeightedAtoms, { width, height }: PictureShape, reach: number): LocalPart[] {
  const { dim } = atoms.points;
  if (width * height !== dim || !(Number.isInteger(reach) && reach >= 0)) {
    throw new RangeError(
      `Cannot cut patches: the picture is ${width} × ${height} with reach ${reach}, data has dim ${dim}; expected as many pixels and an integer of at least 0`,
    );
  }
  return Array.from({ length: dim }, (_, pixel) => {
    const [r, c] = [Math.floor(pixel / width), pixel % width];
    const near = (d: number): boolean => Math.abs(Math.floor(d / width) - r) <= reach && Math.abs((d % width) - c) <= reach;
    const mask = Float64Array.from({ length: dim }, (__, d) => (near(d) ? 1 : 0));
    return { coordinates: [pixel], posterior: maskedPosterior(atoms, mask) };
  });
}

function requirePartition(dim: number, parts: readonly LocalPart[]): void {
  const moved = new Uint8Array(dim);
  for (const { coordinates } of parts) {
    for (const d of Array.from(coordinates)) {
      if (!(Number.isInteger(d) && d >= 0 && d < dim) || moved[d]++ > 0) {
        throw new RangeError(`Cannot compose a field: coordinate ${d} is none of ${dim}, or moved twice; expected each once`);
      }
    }
  }
  const left = moved.indexOf(0);
  if (left >= 0) throw new RangeError(`Cannot compose a field: nothing moves coordinate ${left}; expected each once`);
}
