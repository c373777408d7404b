/** Atoms that are looked at: a scale is wanted, not an eigenvalue. */
const SAMPLE = 1024;
/** Turns of the power iteration: enough for some ten per cent. */
const TURNS = 8;

/**
 * The largest eigenvalue of the covariance of atoms z, [N, D], about their mean, from at most 1024 of them spread evenly, by power
 * iteration from the sum of their absolute coordinates: a lower bound, good to some ten per cent.
 */
export function leadingVariance(z: Float64Array, size: number, dim: number, center: Float64Array): number {
  const y = (p: number, d: number): number => (z[p + d] as number) - (center[d] as number);
  const count = Math.min(size, SAMPLE);
  const chosen = Array.from({ length: count }, (_, k) => Math.floor((k * size) / count) * dim);
  let v = new Float64Array(dim);
  for (const at of chosen) for (let d = 0; d < dim; d++) v[d] = (v[d] as number) + Math.abs(y(at, d));
  let variance = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    if (length === 0) return variance;
    const moved = new Float64Array(dim);
    for (const at of chosen) {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += y(at, d) * (v[d] as number);
      dot /= length * count;
      for (let d = 0; d < dim; d++) moved[d] = (moved[d] as number) + dot * y(at, d);
    }
    v = moved;
    variance = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
  }
  return variance;
}
