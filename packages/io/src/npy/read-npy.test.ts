import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNpy } from "./read-npy.js";

/** Written by numpy 2.4.6, `numpy.lib.format.write_array`. */
const NUMPY = {
  f8: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAAADAAAAAAAAACECamZmZmZm5P5x1AIg85Dd+AAAAAAAAAIA=",
  f4: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/zczMPQ==",
  f2: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDgsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAPADAADgBAP97AHwA/AB+",
  bigF8:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/+AAAAAAAAMAAAAAAAAAAQAgAAAAAAAA/uZmZmZmZmn435DyIAHWcgAAAAAAAAAA=",
  bigI2:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAf/+ASw=",
  bigI8:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPmk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAf/gAAAAAAAA",
  i8: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAP7/////////AAAAAAAAAEAAAAAAAAAAgA==",
  i4: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAgA==",
  i2: "k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAgP9/",
  i1: "k05VTVBZAQB2AHsnZGVzY3InOiAnfGkxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqAfw==",
  u1: "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoA/w==",
  u2: "k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr//w==",
  u4: "k05VTVBZAQB2AHsnZGVzY3InOiAnPHU0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/////",
  b1: "k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAE=",
  scalar:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAdQA==",
  empty:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=",
  fortran2:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAwAAAAEAAAAEAAAAAgAAAAUAAAA=",
  fortran3:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAwAAAAAAAAABAAAAAAAAAAQAAAAAAAAAAgAAAAAAAAAFAAAAAAAAAABAAAAAAAAAA0AAAAAAAAABQAAAAAAAAARAAAAAAAAAAkAAAAAAAAAFQAAAAAAAAACAAAAAAAAAA4AAAAAAAAABgAAAAAAAAASAAAAAAAAAAoAAAAAAAAAFgAAAAAAAAADAAAAAAAAAA8AAAAAAAAABwAAAAAAAAATAAAAAAAAAAsAAAAAAAAAFwAAAAAAAAA=",
  v2: "k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAAADAAAAAAAAACECamZmZmZm5P5x1AIg85Dd+AAAAAAAAAIA=",
  v3: "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAAADAAAAAAAAACECamZmZmZm5P5x1AIg85Dd+AAAAAAAAAIA=",
  object:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqABJWLAAAAAAAAAIwWbnVtcHkuX2NvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwGFlGgDjAVkdHlwZZSTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYoldlH2UYXSUYi4=",
  unicode:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPFUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAphAAAAYgAAAA==",
  complex:
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGMxNicsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgxLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAPA/",
  record:
    "k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJzxpNCcpLCAoJ2InLCAnPGY4JyldLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAAAAAEA=",
  u8: "k05VTVBZAQB2AHsnZGVzY3InOiAnPHU4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAA==",
  date: "k05VTVBZAQB2AHsnZGVzY3InOiAnPE04W0RdJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIApWRwAAAAAAAA==",
};

const file = (name: keyof typeof NUMPY): Uint8Array => new Uint8Array(Buffer.from(NUMPY[name], "base64"));
const read = (name: keyof typeof NUMPY) => readNpy(file(name));

/** A version 1.0 file with any header text and data. */
function npyOf(header: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(header, "latin1");
  return Uint8Array.from([0x93, ...Buffer.from("NUMPY"), 1, 0, text.length & 255, text.length >> 8, ...text, ...data]);
}

const MATRIX = [1.5, -2, 3, 0.1, 1e300, -0];

describe("readNpy", () => {
  it("reads the float64 matrix that numpy wrote, in every version of the format and either byte order", () => {
    for (const name of ["f8", "v2", "v3", "bigF8"] as const) {
      expect(read(name)).toEqual({ dtype: "float64", shape: [2, 3], data: Float64Array.from(MATRIX) });
    }
  });

  it("reads every dtype at its extreme values", () => {
    expect(read("f4")).toEqual({ dtype: "float32", shape: [2, 1], data: Float32Array.of(1.5, 0.1) });
    expect(read("i8")).toEqual({ dtype: "int64", shape: [2, 2], data: BigInt64Array.of(1n, -2n, 2n ** 62n, -(2n ** 63n)) });
    expect(read("i4")).toEqual({ dtype: "int32", shape: [2], data: Int32Array.of(1, -(2 ** 31)) });
    expect(read("i2")).toEqual({ dtype: "int16", shape: [2], data: Int16Array.of(-32768, 32767) });
    expect(read("i1")).toEqual({ dtype: "int8", shape: [2], data: Int8Array.of(-128, 127) });
    expect(read("u4")).toEqual({ dtype: "uint32", shape: [1], data: Uint32Array.of(2 ** 32 - 1) });
    expect(read("u2")).toEqual({ dtype: "uint16", shape: [1], data: Uint16Array.of(65535) });
    expect(read("u1")).toEqual({ dtype: "uint8", shape: [2], data: Uint8Array.of(0, 255) });
    expect(read("b1")).toEqual({ dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) });
    expect(read("bigI2")).toEqual({ dtype: "int16", shape: [3], data: Int16Array.of(1, -2, 300) });
    expect(read("bigI8")).toEqual({ dtype: "int64", shape: [2], data: BigInt64Array.of(1n, -(2n ** 53n)) });
  });

  it("widens float16 exactly, with subnormals, infinities and NaN", () => {
    const tiny = 2 ** -24; // the subnormal nearest to 6e-8
    expect(read("f2")).toEqual({
      dtype: "float32",
      shape: [8],
      data: Float32Array.of(1, -2, 0.5, tiny, 65504, Infinity, -Infinity, NaN),
    });
  });

  it("reads one number as shape [] and an empty array as no elements", () => {
    expect(read("scalar")).toEqual({ dtype: "float64", shape: [], data: Float64Array.of(7.25) });
    expect(read("empty")).toEqual({ dtype: "float64", shape: [0, 2], data: new Float64Array(0) });
  });

  it("transposes Fortran order to row-major, so that the elements count up", () => {
    expect(read("fortran2")).toEqual({ dtype: "int32", shape: [2, 3], data: Int32Array.from({ length: 6 }, (_, i) => i) });
    expect(read("fortran3")).toEqual({
      dtype: "int64",
      shape: [2, 3, 4],
      data: BigInt64Array.from({ length: 24 }, (_, i) => BigInt(i)),
    });
  });

  it("reads from an unaligned Node Buffer and shares no memory with it", () => {
    const shifted = Buffer.concat([Buffer.from([0]), file("f8")]).subarray(1);
    const array = readNpy(shifted);
    shifted.fill(0);
    expect(array.data).toEqual(Float64Array.from(MATRIX));
  });

  it("refuses objects, strings, complex numbers, dates, records and uint64 in a sentence", () => {
    expect(() => read("object")).toThrow(/elements are Python objects/);
    expect(() => read("unicode")).toThrow(/elements are strings/);
    expect(() => read("complex")).toThrow(/elements are complex numbers/);
    expect(() => read("date")).toThrow(/elements are dates/);
    expect(() => read("u8")).toThrow(/unsigned integers of 8 bytes/);
    expect(() => read("record")).toThrow(/records with fields/);
  });

  it("says how many bytes there are and should be when the data are short or long", () => {
    const whole = file("f8");
    expect(() => readNpy(whole.subarray(0, -1))).toThrow(/47 bytes follow the header; expected 48 for shape \[2, 3\]/);
    expect(() => readNpy(Uint8Array.from([...whole, 0]))).toThrow(/49 bytes follow the header; expected 48/);
  });

  it("throws SyntaxError for every cut of a file", () => {
    for (const name of ["f8", "v2", "v3", "u1"] as const) {
      const whole = file(name);
      for (let end = 0; end < whole.length; end++) expect(() => readNpy(whole.subarray(0, end))).toThrow(SyntaxError);
    }
  });

  it.each([
    ["another magic", Uint8Array.of(0x94, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0), /does not begin with 93 NUMPY/],
    ["version 4", Uint8Array.from([0x93, ...Buffer.from("NUMPY"), 4, 0]), /version is 4\.0/],
    ["no dict", npyOf("(1, 2)"), /not a dict/],
    ["a missing key", npyOf("{'descr': '<f8', 'shape': (1,)}"), /lacks 'fortran_order'/],
    ["a fourth key", npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}"), /has 4 keys/],
    ["a list for a shape", npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': [1]}"), /shape is no tuple/],
    ["a number for a shape", npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (1)}"), /shape is no tuple/],
    ["a negative length", npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"), /shape is no tuple/],
    ["0 for False", npyOf("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}"), /fortran_order is no truth value/],
    ["native byte order", npyOf("{'descr': '=f8', 'fortran_order': False, 'shape': (0,)}"), /descr '=f8'/],
    ["a bool of 7", npyOf("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", Uint8Array.of(1, 7)), /element 1 is byte 7/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(SyntaxError);
    expect(() => readNpy(bytes)).toThrow(message);
  });

  it("claims no memory for a shape that the file does not hold", () => {
    const promise = (shape: string) => npyOf(`{'descr': '<f8', 'fortran_order': True, 'shape': ${shape}}`);
    expect(() => readNpy(promise("(1125899906842623, 1)"))).toThrow(/0 bytes follow the header/);
    expect(() => readNpy(promise("(1000000000, 1000000000)"))).toThrow(/too many elements/);
    expect(readNpy(promise("(1000000000, 1000000000, 0)")).data).toHaveLength(0);
  });

  it("agrees with an index-by-index transposition for Fortran arrays of any shape", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(shapes, (shape) => {
        const count = shape.reduce((a, b) => a * b, 1);
        const stored = Uint8Array.from({ length: count }, (_, i) => i);
        const { data } = readNpy(npyOf(`{'descr': '|u1', 'fortran_order': True, 'shape': (${shape.join(",")},)}`, stored));
        for (let flat = 0; flat < count; flat++) {
          let rest = flat;
          const index = shape.toReversed().map((length) => {
            const digit = rest % length;
            rest = Math.floor(rest / length);
            return digit;
          });
          const column = index.toReversed().reduceRight((sum, digit, axis) => digit + (shape[axis] ?? 1) * sum, 0);
          expect(data[flat]).toBe(stored[column]);
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
