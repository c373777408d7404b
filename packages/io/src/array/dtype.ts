/** The typed array that holds the elements of each dtype; `bool` is one byte an element, 0 or 1. */
export interface DataOf {
  float64: Float64Array;
  float32: Float32Array;
  int64: BigInt64Array;
  int32: Int32Array;
  int16: Int16Array;
  int8: Int8Array;
  uint32: Uint32Array;
  uint16: Uint16Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/** The element types that the formats of this package share. */
export type Dtype = keyof DataOf;

/** How a dtype lies in memory: its bytes an element, and a view of a whole buffer. */
export interface Layout<K extends Dtype> {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly view: (buffer: ArrayBuffer) => DataOf[K];
}

/** The memory layout of every dtype. */
export const LAYOUT: { readonly [K in Dtype]: Layout<K> } = {
  float64: { bytes: 8, view: (buffer) => new Float64Array(buffer) },
  float32: { bytes: 4, view: (buffer) => new Float32Array(buffer) },
  int64: { bytes: 8, view: (buffer) => new BigInt64Array(buffer) },
  int32: { bytes: 4, view: (buffer) => new Int32Array(buffer) },
  int16: { bytes: 2, view: (buffer) => new Int16Array(buffer) },
  int8: { bytes: 1, view: (buffer) => new Int8Array(buffer) },
  uint32: { bytes: 4, view: (buffer) => new Uint32Array(buffer) },
  uint16: { bytes: 2, view: (buffer) => new Uint16Array(buffer) },
  uint8: { bytes: 1, view: (buffer) => new Uint8Array(buffer) },
  bool: { bytes: 1, view: (buffer) => new Uint8Array(buffer) },
};
