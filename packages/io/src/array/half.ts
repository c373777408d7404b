import { type ByteOrder, elementsOf } from "./elements.js";

const bits = new Uint32Array(1);
const single = new Float32Array(bits.buffer);

/** The value of an IEEE 754 binary16 pattern (1 sign, 5 exponent, 10 fraction bits); every one is exact in float32. */
export function halfToNumber(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 10) & 0x1f;
  const fraction = pattern & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The pattern of the binary16 number nearest to a float64 one, ties to the even pattern; beyond 65519 an infinity. */
export function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | toEven(size * 2 ** 24); // subnormal: 1024 of them are the least normal number
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size)
    exponent--; // the logarithm may round across a power of two
  else if (2 ** (exponent + 1) <= size) exponent++;
  return sign | (((exponent + 14) << 10) + toEven(size * 2 ** (10 - exponent))); // the hidden bit carries into the exponent
}

/** The nearest whole number, halves to the even one. */
function toEven(value: number): number {
  const low = Math.floor(value);
  const over = value - low;
  return over > 0.5 || (over === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/** The value of a bfloat16 pattern: the upper half of a float32. */
export function bfloat16ToNumber(pattern: number): number {
  bits[0] = pattern << 16;
  return single[0] ?? Number.NaN;
}

/** Sixteen-bit floats widened to float32, without rounding. */
export function widen(bytes: Uint8Array, order: ByteOrder, toNumber: (pattern: number) => number): Float32Array {
  const patterns = elementsOf("uint16", bytes, order);
  const out = new Float32Array(patterns.length);
  for (let i = 0; i < out.length; i++) out[i] = toNumber(patterns[i] ?? 0);
  return out;
}
