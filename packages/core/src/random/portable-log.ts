/**
 * The natural logarithm from +, −, ×, ÷ and the bits of a double alone. `Math.log` may differ in the last bit between
 * engines, and a seed must give the same normal numbers in all of them.
 */

const value = new Float64Array(1);
const halves = new Uint32Array(value.buffer);
value[0] = 1;
const HIGH = halves[1] === 0x3ff00000 ? 1 : 0; // which half holds the exponent depends on the machine

/** ln 2 = LN2_HIGH + LN2_LOW; the first has 32 significant bits, so that a multiple by any exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * ln x, within one unit in the last place, with the same bits on every machine. −∞ at 0, ∞ at ∞.
 *
 * x = 2^e·(1 + f) with 1 + f in [√½, √2), and ln(1 + f) = 2·artanh(s), s = f/(2 + f), by its Taylor series: the first
 * omitted term is below 2^−60 of the sum, since s² ≤ 0.0295.
 * @throws RangeError unless x ≥ 0.
 */
export function portableLog(x: number): number {
  if (!(x >= 0)) throw new RangeError(`Cannot take the logarithm: x is ${x}; expected x ≥ 0`);
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  let e = -1023;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54 makes a subnormal number normal
    e -= 54;
  }
  value[0] = x;
  const high = halves[HIGH];
  e += high >>> 20;
  halves[HIGH] = (high & 0xfffff) | 0x3ff00000;
  let m = value[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    e += 1;
  }
  const f = m - 1; // exact
  const s = f / (2 + f);
  const z = s * s;
  let tail = 2 / 23;
  for (let odd = 21; odd >= 3; odd -= 2) tail = tail * z + 2 / odd;
  tail *= z; // 2·artanh(s) = 2s + s·tail, and 2s = f − s·f
  const correction = s * (f - tail);
  return e === 0 ? f - correction : e * LN2_HIGH - (correction - e * LN2_LOW - f);
}
