import { halfToNumber, isLittleEndian, numberToHalf } from "../array/index.js";

/** How one number of a store is kept. */
export type StoreDtype = "float32" | "float16" | "uint8";

/** How the numbers of a store are kept; a `uint8` byte q stands for scale·q + offset, rounded to float32. */
export interface StoreCoding {
  readonly dtype: StoreDtype;
  /** Of uint8; 1 otherwise. */
  readonly scale: number;
  /** Of uint8; 0 otherwise. */
  readonly offset: number;
}

/** Numbers kept as they are, to 24 bits. */
export const FLOAT32_CODING: StoreCoding = { dtype: "float32", scale: 1, offset: 0 };

/** Bytes of one number. */
export function bytesOfDtype(dtype: StoreDtype): 1 | 2 | 4 {
  return dtype === "float32" ? 4 : dtype === "float16" ? 2 : 1;
}

/** Turns bytes of shards, little-endian, into the float32 numbers that they stand for. */
export type DecodeNumbers = (bytes: Uint8Array, out: Float32Array) => Float32Array;

/**
 * The decoder of a coding. Where the bytes are float32 numbers already, what it returns is a view of them and not `out`.
 * Tables are built once, here: 2¹⁶ halves or 2⁸ bytes.
 */
export function decoderOf({ dtype, scale, offset }: StoreCoding): DecodeNumbers {
  if (dtype === "uint8") {
    const table = Float32Array.from({ length: 256 }, (_, q) => scale * q + offset);
    return (bytes, out) => {
      for (let i = 0; i < bytes.length; i++) out[i] = table[bytes[i] ?? 0] ?? 0;
      return out.subarray(0, bytes.length);
    };
  }
  if (dtype === "float16") {
    const table = Float32Array.from({ length: 65536 }, (_, pattern) => halfToNumber(pattern));
    return (bytes, out) => {
      const count = bytes.length >> 1;
      for (let i = 0, at = 0; i < count; i++, at += 2) out[i] = table[(bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)] ?? 0;
      return out.subarray(0, count);
    };
  }
  return (bytes, out) => {
    const count = bytes.length >> 2;
    if (isLittleEndian && bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) out[i] = view.getFloat32(4 * i, true);
    return out.subarray(0, count);
  };
}

/** Turns numbers into bytes of shards; returns the index of the first number that the coding cannot hold, or −1. */
export type EncodeNumbers = (numbers: ArrayLike<number>, out: Uint8Array) => number;

/** The encoder of a coding: nearest value, ties to even (uint8: upwards). */
export function encoderOf({ dtype, scale, offset }: StoreCoding): EncodeNumbers {
  if (dtype === "uint8") {
    return (numbers, out) => {
      for (let i = 0; i < numbers.length; i++) {
        const q = Math.round(((numbers[i] ?? 0) - offset) / scale);
        if (!(q >= 0 && q <= 255)) return i;
        out[i] = q;
      }
      return -1;
    };
  }
  if (dtype === "float16") {
    return (numbers, out) => {
      for (let i = 0, at = 0; i < numbers.length; i++, at += 2) {
        const pattern = numberToHalf(numbers[i] ?? 0);
        if ((pattern & 0x7c00) === 0x7c00) return i;
        out[at] = pattern & 0xff;
        out[at + 1] = pattern >> 8;
      }
      return -1;
    };
  }
  return (numbers, out) => {
    const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
    for (let i = 0; i < numbers.length; i++) {
      const single = Math.fround(numbers[i] ?? 0);
      if (!Number.isFinite(single)) return i;
      view.setFloat32(4 * i, single, true);
    }
    return -1;
  };
}
