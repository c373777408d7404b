import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NdArray, ndArray } from "../array/index.js";
import { readNpy } from "./read-npy.js";
import { writeNpy } from "./write-npy.js";

/** Arrays of every dtype and the files that numpy 2.4.6 wrote for them. */
const NUMPY: readonly (readonly [NdArray, string])[] = [
  [
    ndArray("float64", [2, 3], Float64Array.of(1.5, -2, 3, 0.1, 1e300, -0)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAAADAAAAAAAAACECamZmZmZm5P5x1AIg85Dd+AAAAAAAAAIA=",
  ],
  [
    ndArray("float32", [2, 1], Float32Array.of(1.5, 0.1)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/zczMPQ==",
  ],
  [
    ndArray("int64", [2, 2], BigInt64Array.of(1n, -2n, 2n ** 62n, -(2n ** 63n))),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAP7/////////AAAAAAAAAEAAAAAAAAAAgA==",
  ],
  [
    ndArray("int32", [2], Int32Array.of(1, -(2 ** 31))),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAgA==",
  ],
  [
    ndArray("int16", [2], Int16Array.of(-32768, 32767)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAgP9/",
  ],
  [
    ndArray("int8", [2], Int8Array.of(-128, 127)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfGkxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqAfw==",
  ],
  [
    ndArray("uint32", [1], Uint32Array.of(2 ** 32 - 1)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPHU0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/////",
  ],
  [
    ndArray("uint16", [1], Uint16Array.of(65535)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr//w==",
  ],
  [
    ndArray("uint8", [2], Uint8Array.of(0, 255)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoA/w==",
  ],
  [
    ndArray("bool", [3], Uint8Array.of(1, 0, 1)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAE=",
  ],
  [
    ndArray("float64", [], Float64Array.of(7.25)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAdQA==",
  ],
  [
    ndArray("float64", [0, 2], new Float64Array(0)),
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=",
  ],
];

describe("writeNpy", () => {
  it("writes, byte for byte, what numpy writes", () => {
    for (const [array, base64] of NUMPY) expect(Buffer.from(writeNpy(array)).toString("base64")).toBe(base64);
  });

  it("is undone by readNpy for any float64 pattern and shape", () => {
    const arrays = fc.array(fc.double(), { maxLength: 30 });
    fc.assert(
      fc.property(arrays, (values) => {
        const array = { dtype: "float64", shape: [values.length, 1, 1], data: Float64Array.from(values) } as const;
        expect(readNpy(writeNpy(array))).toEqual(array);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it("refuses a shape whose description passes the header of version 1.0", () => {
    const shape = new Array(30_000).fill(1);
    expect(() => writeNpy({ dtype: "uint8", shape, data: Uint8Array.of(1) })).toThrow(/30000 lengths/);
  });
});
