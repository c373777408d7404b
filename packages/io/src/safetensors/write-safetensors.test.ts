import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NamedArrays, ndArray } from "../array/index.js";
import { readSafetensors } from "./read-safetensors.js";
import { writeSafetensors } from "./write-safetensors.js";

const every: NamedArrays = {
  f64: ndArray("float64", [2], Float64Array.of(-0, 1e-310)),
  f32: ndArray("float32", [], Float32Array.of(0.1)),
  i64: ndArray("int64", [1], BigInt64Array.of(-(2n ** 63n))),
  i32: ndArray("int32", [1], Int32Array.of(-(2 ** 31))),
  i16: ndArray("int16", [1, 1], Int16Array.of(-32768)),
  i8: ndArray("int8", [3], Int8Array.of(-128, 0, 127)),
  u32: ndArray("uint32", [1], Uint32Array.of(2 ** 32 - 1)),
  u16: ndArray("uint16", [1], Uint16Array.of(65535)),
  u8: ndArray("uint8", [0, 4], new Uint8Array(0)),
  bool: ndArray("bool", [2], Uint8Array.of(0, 1)),
};

describe("writeSafetensors", () => {
  it("is undone by readSafetensors for every dtype, with order and metadata kept", () => {
    const back = readSafetensors(writeSafetensors(every, { path: "condOt", note: "流" }));
    expect(back).toEqual({ tensors: every, metadata: { path: "condOt", note: "流" } });
    expect(Object.keys(back.tensors)).toEqual(Object.keys(every));
  });

  it("writes the bytes that the format prescribes", () => {
    const file = writeSafetensors({ a: ndArray("uint16", [1], Uint16Array.of(0x0102)) });
    const text = '{"a":{"dtype":"U16","shape":[1],"data_offsets":[0,2]}}';
    expect(Buffer.from(file)).toEqual(
      Buffer.concat([Buffer.from([56, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(text.padEnd(56)), Buffer.from([2, 1])]),
    );
  });

  it("begins the data at a multiple of 8 for any names, and keeps the names", () => {
    const names = fc.uniqueArray(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 5 });
    fc.assert(
      fc.property(names, (list) => {
        const tensors = Object.fromEntries(list.map((name, i) => [name, ndArray("uint8", [1], Uint8Array.of(i))]));
        const file = writeSafetensors(tensors);
        expect((file.length - list.length) % 8).toBe(0);
        expect(readSafetensors(file).tensors).toEqual(tensors);
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it("refuses a name of the format's own, metadata that are no text and an array whose shape lies", () => {
    const array = ndArray("uint8", [1], Uint8Array.of(1));
    expect(() => writeSafetensors({ __metadata__: array })).toThrow(RangeError);
    expect(() => writeSafetensors({ a: array }, { n: 3 as unknown as string })).toThrow(TypeError);
    expect(() => writeSafetensors({ a: { ...array, shape: [2] } })).toThrow(RangeError);
  });
});
