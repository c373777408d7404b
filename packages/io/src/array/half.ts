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
