/**
 * Interpolation at Chebyshev points s_a = cos((2a + 1)π/2n), a < n, on [−1, 1]. For f(s) = e^{ξs} the error is at most
 * |ξ|ⁿe^{|ξ|}/(2^{n−1}n!), and no interpolant exceeds Λ = (2/π) log n + 1 times the largest value interpolated. [Rivlin1974]
 */
export interface Interpolation {
  /** n. */
  readonly size: number;
  /** s_a, [n]. */
  readonly points: Float64Array;
  /** No less than the Lebesgue constant. */
  readonly lebesgue: number;
}

/** Interpolation at n points. */
export function interpolation(n: number): Interpolation {
  const points = Float64Array.from({ length: n }, (_, a) => Math.cos(((2 * a + 1) * Math.PI) / (2 * n)));
  return { size: n, points, lebesgue: (2 / Math.PI) * Math.log(n) + 1 + 1e-9 };
}

/** Lagrange polynomials at `count` equally spaced places from −1 to 1, [count, n]. */
export function lagrangeAt({ points, size }: Interpolation, count: number): Float64Array {
  const table = new Float64Array(count * size);
  for (let i = 0; i < count; i++) {
    const s = count === 1 ? 0 : (2 * i) / (count - 1) - 1;
    for (let a = 0; a < size; a++) {
      let product = 1;
      for (let b = 0; b < size; b++) if (b !== a) product *= (s - (points[b] ?? 0)) / ((points[a] ?? 0) - (points[b] ?? 0));
      table[i * size + a] = product;
    }
  }
  return table;
}

/** ξⁿ/(2^{n−1}n!): times e^ξ it bounds |e^{ξs} − its interpolant at n points|, |s| ≤ 1, ξ ≥ 0. */
export function taylorFactor(xi: number, n: number): number {
  let factor = 2;
  for (let k = 1; k <= n; k++) factor *= xi / (2 * k);
  return factor;
}
