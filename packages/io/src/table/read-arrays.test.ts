import { describe, expect, it } from "vitest";
import { ndArray } from "../array/index.js";
import { gzip } from "../bytes/index.js";
import { writeNpy, writeNpz } from "../npy/index.js";
import { writeSafetensors } from "../safetensors/index.js";
import { readArrays } from "./read-arrays.js";

const points = ndArray("float64", [2, 2], Float64Array.of(1, 2, 3, 4));
const many = { points, y: ndArray("int32", [2], Int32Array.of(0, 1)) };

describe("readArrays", () => {
  it("gives the arrays of every format, a lone one under the name of the file", () => {
    expect(readArrays("dir/points.npy", writeNpy(points))).toEqual({ points });
    expect(readArrays("points.npy.gz", gzip(writeNpy(points)))).toEqual({ points });
    expect(readArrays("points.csv", new Uint8Array(Buffer.from("x,y\n1,2\n3,4\n")))).toEqual({ points });
    expect(readArrays("a.npz", writeNpz(many))).toEqual(many);
    expect(readArrays("a.safetensors", writeSafetensors(many))).toEqual(many);
    expect(readArrays("y-idx1-ubyte", Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7))).toEqual({
      "y-idx1-ubyte": ndArray("uint8", [1], Uint8Array.of(7)),
    });
  });

  it("says which file is damaged, of another format or not gzipped", () => {
    expect(() => readArrays("a.npy", writeNpy(points).subarray(0, -1))).toThrow(/31 bytes follow the header.* \(file "a.npy"\)$/);
    expect(() => readArrays("a.npz", writeNpy(points))).toThrow(/Cannot read npz: the bytes are those of npy/);
    expect(() => readArrays("a.npy.gz", writeNpy(points))).toThrow(/does not begin with 1f 8b/);
    expect(() => readArrays("a.h5", writeNpy(points))).toThrow(RangeError);
  });
});
