import { logSumExp, type Points } from "../points/index.js";

/** Throws unless x is finite and has the dimension of the data. */
export function requireQuery(x: Points, dim: number): void {
  if (x.dim !== dim) {
    throw new RangeError(`Cannot evaluate the posterior: x has dim ${x.dim}, data has dim ${dim}; expected equal dims`);
  }
  const at = x.data.findIndex((v) => !Number.isFinite(v));
  if (at < 0) return;
  throw new RangeError(
    `Cannot evaluate the posterior: coordinate ${at % dim} of point ${Math.floor(at / dim)} is ${x.data[at]}; expected finite numbers`,
  );
}

/** Throws unless there is one direction for every point, or none at all. */
export function requireTangent(x: Points, tangent: Points | undefined): void {
  if (tangent === undefined || (tangent.dim === x.dim && tangent.size === x.size)) return;
  throw new RangeError(
    `Cannot evaluate a Jacobian-vector product: directions are [${tangent.size}, ${tangent.dim}]; expected [${x.size}, ${x.dim}]`,
  );
}

/** How many of the largest weights to keep: `top`, or all `size` of them. @throws RangeError unless an integer ≥ 0. */
export function requireTop(top: number, size: number): number {
  if (Number.isInteger(top) && top >= 0) return Math.min(top, size);
  throw new RangeError(`Cannot keep the largest weights: their number is ${top}; expected an integer of at least 0`);
}

/** Throws unless there is one log-weight for each of `size` components and the weights sum to one. */
export function requireWeights(logWeights: Float64Array, size: number): void {
  if (logWeights.length !== size || size === 0) {
    throw new RangeError(
      `Cannot bind the data: there are ${logWeights.length} weights for ${size} components; expected one each`,
    );
  }
  const total = Math.exp(logSumExp(logWeights));
  if (Math.abs(total - 1) <= 1e-9) return;
  throw new RangeError(`Cannot bind the data: the weights sum to ${total}; expected 1`);
}

/** Throws where no component has a positive weight in float64; `mass[b]` is Σ exp(ℓ − max ℓ) of point b. */
export function requireMass(mass: Float64Array): void {
  const far = mass.findIndex((m) => !(m > 0));
  if (far < 0) return;
  throw new RangeError(
    `Cannot evaluate the posterior: point ${far} has density 0 in float64 under every component of the data; expected a point within reach of the path`,
  );
}

/** Says why smoothed data have no limit object: at β = 0 the ordinary evaluation holds. */
export function refuseLimit(): never {
  throw new RangeError("Cannot take the limit at the data: it has a density at the data; expected evaluate, also at β = 0");
}
