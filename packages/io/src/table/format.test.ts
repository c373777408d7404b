import { describe, expect, it } from "vitest";
import { ndArray } from "../array/index.js";
import { gzip } from "../bytes/index.js";
import { writeNpy, writeNpz } from "../npy/index.js";
import { writePng } from "../png/index.js";
import { writeSafetensors } from "../safetensors/index.js";
import { baseName, formatOfBytes, formatOfName, requireFormat } from "./format.js";

const array = ndArray("float32", [2], Float32Array.of(1, 2));

describe("formatOfName", () => {
  it("goes by the extension, without case, folders and .gz", () => {
    const names = [
      "a.npy",
      "b/c.NPZ",
      "x.safetensors",
      "x.csv.gz",
      "C:\\data\\x.tsv",
      "x.txt",
      "x.idx",
      "t10k-labels-idx1-ubyte.gz",
      "train-images.idx3-ubyte",
    ];
    expect(names.map(formatOfName)).toEqual(["npy", "npz", "safetensors", "csv", "csv", "csv", "idx", "idx", "idx"]);
    expect(baseName("data/v1.2/points.npy.gz")).toBe("points.npy");
  });

  it("refuses other extensions, and a folder that looks like one", () => {
    for (const name of ["a.parquet", "npy", "x.npy/readme", "", ".gz"]) expect(() => formatOfName(name)).toThrow(RangeError);
  });
});

describe("formatOfBytes", () => {
  it("knows each format by its first bytes, and nothing in text", () => {
    const files = [writeNpy(array), writeNpz({ a: array }), writeNpz({}), writeSafetensors({ a: array }), gzip(Uint8Array.of(1))];
    const image = writePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(1) });
    expect([...files, image, Uint8Array.of(0, 0, 8, 1)].map(formatOfBytes)).toEqual([
      "npy",
      "npz",
      "npz",
      "safetensors",
      "gzip",
      "png",
      "idx",
    ]);
    expect(["1,2\n", "", "PK,1\n"].map((text) => formatOfBytes(new Uint8Array(Buffer.from(text))))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("takes a safetensors file for one even where its header length begins as gzip does", () => {
    const file = new Uint8Array(16);
    file.set([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x7b]);
    expect(formatOfBytes(file)).toBe("safetensors");
  });
});

describe("requireFormat", () => {
  it("names both formats when the name lies", () => {
    expect(() => requireFormat(writeNpy(array), "csv")).toThrow(
      new SyntaxError("Cannot read csv: the bytes are those of npy; expected csv, as the name says"),
    );
    requireFormat(writeNpy(array), "npy");
    requireFormat(Uint8Array.of(1, 2), "npy"); // no mark: the reader itself says what is wrong
  });
});
