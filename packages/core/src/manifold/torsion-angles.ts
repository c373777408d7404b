import { type Points, zeros } from "../points/index.js";
import { choice, cumulativeSum, fork, normal, type Rng } from "../random/index.js";
import { wrapTurn } from "./flat-torus.js";

/** A region of the plot of (φ, ψ): its centre and widths in degrees, and its share. */
interface Region {
  readonly centre: readonly [phi: number, psi: number];
  readonly widths: readonly [phi: number, psi: number];
  readonly share: number;
}

/** α helices, β sheets, polyproline II and left-handed helices, roughly where textbooks draw them. */
const REGIONS: readonly Region[] = [
  { centre: [-63, -43], widths: [10, 10], share: 0.45 },
  { centre: [-120, 135], widths: [20, 20], share: 0.3 },
  { centre: [-70, 150], widths: [12, 14], share: 0.18 },
  { centre: [57, 42], widths: [10, 12], share: 0.07 },
];

/**
 * Synthetic pairs of angles (φ, ψ) on the torus T², [size, 2] in [0, 2π): a mixture of four wrapped normal laws placed like the
 * regions of the backbone torsions of proteins. They look like a Ramachandran plot and were measured on no protein.
 * Draw b does not depend on `size`.
 */
export function torsionAngles(rng: Rng, size: number): Points {
  const which = choice(fork(rng, "region"), cumulativeSum(REGIONS.map(({ share }) => share)), new Uint32Array(size));
  const out = zeros(size, 2);
  const xi = normal(fork(rng, "angle"), new Float64Array(2 * size));
  for (let b = 0; b < size; b++) {
    const { centre, widths } = REGIONS[which[b]];
    for (let i = 0; i < 2; i++) out.data[2 * b + i] = wrapTurn(((centre[i] + widths[i] * xi[2 * b + i]) * Math.PI) / 180);
  }
  return out;
}
