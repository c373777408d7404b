import type { Manifold } from "@fluxion/core";

/**
 * ∫ f dvol over the geodesic ball of a radius around x, by the midpoint rule with n nodes a direction in polar normal
 * coordinates; d = 2 or 3.
 */
export function integrateBall(
  m: Manifold,
  { x, radius, n }: { readonly x: Float64Array; readonly radius: number; readonly n: number },
  f: (y: Float64Array) => number,
): number {
  const frame = m.frame(x, new Float64Array(m.dim * m.ambient));
  const [v, y] = [new Float64Array(m.ambient), new Float64Array(m.ambient)];
  let sum = 0;
  const visit = (r: number, direction: readonly number[], weight: number): void => {
    for (let i = 0; i < m.ambient; i++) v[i] = direction.reduce((s, c, k) => s + r * c * frame[k * m.ambient + i], 0);
    sum += weight * r ** (m.dim - 1) * Math.exp(m.logVolume(x, v)) * f(m.exp(x, v, y));
  };
  for (let j = 0; j < n; j++) {
    const r = ((j + 0.5) * radius) / n;
    for (let k = 0; k < 2 * n; k++) {
      const angle = ((k + 0.5) * Math.PI) / n;
      if (m.dim === 2) visit(r, [Math.cos(angle), Math.sin(angle)], ((radius / n) * Math.PI) / n);
      else {
        for (let l = 0; l < n; l++) {
          const height = -1 + (2 * l + 1) / n;
          const rho = Math.sqrt(1 - height * height);
          visit(r, [rho * Math.cos(angle), rho * Math.sin(angle), height], ((radius / n) * (Math.PI / n) * 2) / n);
        }
      }
    }
  }
  return sum;
}

/** ∫ f dvol over the torus T² by the midpoint rule on n × n squares whose corners are multiples of 2π/n. */
export function integrateTorus(n: number, f: (x: Float64Array) => number): number {
  const h = (2 * Math.PI) / n;
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += h * h * f(Float64Array.of((i + 0.5) * h, (j + 0.5) * h));
  return sum;
}
