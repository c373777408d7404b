import type { Points, VectorField } from "@fluxion/core";

/** An initial value problem on [from, to] whose solution is known in closed form. */
export interface Problem {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly dim: number;
  readonly field: VectorField;
  exact(t: number): number[];
}

/** A field that moves every point of a batch by the same formula. */
export function fieldOf(velocity: (t: number, x: Float64Array) => readonly number[]): VectorField {
  return {
    evaluate(t, x, out) {
      for (let b = 0; b < x.size; b++) out.data.set(velocity(t, x.data.subarray(b * x.dim, (b + 1) * x.dim)), b * x.dim);
      return out;
    },
  };
}

/** One point as a batch. */
export function pointOf(...coordinates: readonly number[]): Points {
  return { data: Float64Array.from(coordinates), size: 1, dim: coordinates.length };
}

/** The largest difference of two states. */
export function distance(x: Points, y: readonly number[]): number {
  return Math.max(...x.data.map((value, i) => Math.abs(value - y[i])));
}

/** Nonlinear and non-autonomous: y = 1/(1 + t²). */
export const witch: Problem = {
  name: "y' = −2ty²",
  from: 0,
  to: 2,
  dim: 1,
  field: fieldOf((t, [y]) => [-2 * t * y * y]),
  exact: (t) => [1 / (1 + t * t)],
};

/** Nonlinear and autonomous: the logistic curve y = 1/(1 + e^(−t)). */
export const logistic: Problem = {
  name: "y' = y(1 − y)",
  from: -1,
  to: 3,
  dim: 1,
  field: fieldOf((_, [y]) => [y * (1 - y)]),
  exact: (t) => [1 / (1 + Math.exp(-t))],
};

/** Linear and non-autonomous, two coupled coordinates: a rotation by t + t²/2. */
export const spin: Problem = {
  name: "x' = (1 + t) J x",
  from: 0,
  to: 2,
  dim: 2,
  field: fieldOf((t, [x, y]) => [-(1 + t) * y, (1 + t) * x]),
  exact: (t) => [Math.cos(t + (t * t) / 2), Math.sin(t + (t * t) / 2)],
};

/** Linear, non-autonomous and one-dimensional: y = exp(sin t). */
export const sine: Problem = {
  name: "y' = y cos t",
  from: 0,
  to: 3,
  dim: 1,
  field: fieldOf((t, [y]) => [y * Math.cos(t)]),
  exact: (t) => [Math.exp(Math.sin(t))],
};

/** Nonlinear, autonomous and coupled: r' = r(1 − r²), θ' = 1 + r² from r² = 1/10, θ = 0. */
export const spiral: Problem = {
  name: "r' = r(1 − r²), θ' = 1 + r²",
  from: 0,
  to: 1.5,
  dim: 2,
  field: fieldOf((_, [x, y]) => {
    const squared = x * x + y * y;
    return [x * (1 - squared) - y * (1 + squared), y * (1 - squared) + x * (1 + squared)];
  }),
  exact(t) {
    const growth = 1 + 0.1 * Math.expm1(2 * t);
    const [radius, angle] = [Math.sqrt(0.1 / growth) * Math.exp(t), t + Math.log(growth) / 2];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
};

export const problems: readonly Problem[] = [witch, logistic, spin, sine, spiral];
