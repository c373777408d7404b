import { fork, integers, normal } from "../random/index.js";
import { requireNonNegative, type ToySet, toySet } from "./toy-set.js";

/** Parameters of `pinwheel`. */
export interface PinwheelParams {
  /** How many blades. */
  readonly arms: number;
  /** Standard deviation along a blade, before scaling. */
  readonly radialStd: number;
  /** Standard deviation across a blade, before scaling. */
  readonly tangentialStd: number;
  /** Twist: a point at radius r is turned by rate·e^r. */
  readonly rate: number;
  /** Factor on the coordinates. */
  readonly scale: number;
}

/**
 * Blades of a turning wheel [Johnson2016]: (r, s) with r ~ N(1, radialStd²) and s ~ N(0, tangentialStd²), turned
 * clockwise by 2πk/arms + rate·e^r for a blade k at random. Defaults of FFJORD's toy data, whose blades have equal counts.
 */
export const pinwheel: ToySet<PinwheelParams> = toySet<PinwheelParams>(
  "pinwheel",
  { arms: 5, radialStd: 0.3, tangentialStd: 0.1, rate: 0.25, scale: 2 },
  (rng, n, { arms, radialStd, tangentialStd, rate, scale }) => {
    requireNonNegative("pinwheel", { radialStd, tangentialStd });
    const blade = integers(fork(rng, "blade"), arms, new Uint32Array(n));
    const e = normal(fork(rng, "shape"), new Float64Array(2 * n));
    const out = new Float64Array(2 * n);
    for (let b = 0; b < n; b++) {
      const r = 1 + radialStd * e[2 * b];
      const s = tangentialStd * e[2 * b + 1];
      const angle = (2 * Math.PI * blade[b]) / arms + rate * Math.exp(r);
      out[2 * b] = scale * (r * Math.cos(angle) + s * Math.sin(angle));
      out[2 * b + 1] = scale * (s * Math.cos(angle) - r * Math.sin(angle));
    }
    return out;
  },
);
