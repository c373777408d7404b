import { portableLog } from "./portable-log.js";

/** Rational approximations of Φ⁻¹, numerator and denominator from the highest power down [Wichura1988, AS241 PPND16]. */
const CENTRE = {
  top: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  bottom: [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
} as const;
const SHOULDER = {
  top: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045, 5.769497221460691,
    4.630337846156546, 1.4234371107496835,
  ],
  bottom: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851, 1.6763848301838038,
    2.053191626637759, 1,
  ],
} as const;
const TAIL = {
  top: [
    2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  bottom: [
    2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
} as const;

interface Rational {
  readonly top: readonly number[];
  readonly bottom: readonly number[];
}

function ratio(r: number, { top, bottom }: Rational): number {
  let numerator = top[0];
  let denominator = bottom[0];
  for (let i = 1; i < 8; i++) {
    numerator = numerator * r + top[i];
    denominator = denominator * r + bottom[i];
  }
  return numerator / denominator;
}

/**
 * Φ⁻¹(p), the quantile of the standard normal distribution, to about 1e-16 relative; −∞ at 0 and ∞ at 1.
 * Odd about ½ bit by bit, and the same bits on every machine: it uses +, −, ×, ÷, square root and `portableLog` only.
 * @throws RangeError unless 0 ≤ p ≤ 1.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`Cannot take the normal quantile: p is ${p}; expected 0 ≤ p ≤ 1`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(0.180625 - q * q, CENTRE);
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-portableLog(tail));
  const size = r <= 5 ? ratio(r - 1.6, SHOULDER) : ratio(r - 5, TAIL);
  return q < 0 ? -size : size;
}
