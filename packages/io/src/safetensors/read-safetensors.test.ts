import { describe, expect, it } from "vitest";
import { ndArray } from "../array/index.js";
import { readSafetensors } from "./read-safetensors.js";

/** Written by the reference implementation, safetensors 0.8.0. */
const REFERENCE =
  "EAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJ3aG8iOiJ0ZXN0IiwibGFuZyI6IuS4reaWhyJ9LCJuIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiZSI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbOCw4XX0sInciOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzgsMjRdfSwiYiI6eyJkdHlwZSI6IkJPT0wiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOlsyNCwyN119fSAgICAgIAUAAAAAAAAAAACAPwAAAEAAAEBAAACAQAEAAQ==";

const reference = (): Uint8Array => new Uint8Array(Buffer.from(REFERENCE, "base64"));

/** A file with any header text and data. */
function fileOf(header: string, data: readonly number[] = []): Uint8Array {
  const text = Buffer.from(header);
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  out.set(data, 8 + text.length);
  return out;
}

const tensor = (dtype: string, shape: readonly number[], begin: number, end: number): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

describe("readSafetensors", () => {
  it("reads what the reference implementation wrote", () => {
    expect(readSafetensors(reference())).toEqual({
      tensors: {
        n: ndArray("int64", [], BigInt64Array.of(5n)),
        e: ndArray("float64", [0, 3], new Float64Array(0)),
        w: ndArray("float32", [2, 2], Float32Array.of(1, 2, 3, 4)),
        b: ndArray("bool", [3], Uint8Array.of(1, 0, 1)),
      },
      metadata: { who: "test", lang: "中文" },
    });
  });

  it("widens F16 and BF16 to float32", () => {
    const file = fileOf(
      `{"h":${tensor("F16", [2], 0, 4)},"b":${tensor("BF16", [1], 4, 6)}}`,
      [0x00, 0x3c, 0x01, 0x80, 0x40, 0xc0],
    );
    const { h, b } = readSafetensors(file).tensors;
    expect(h).toEqual(ndArray("float32", [2], Float32Array.of(1, -(2 ** -24))));
    expect(b).toEqual(ndArray("float32", [1], Float32Array.of(-3)));
  });

  it("throws SyntaxError for every cut of a file", () => {
    const whole = reference();
    for (let end = 0; end < whole.length; end++) expect(() => readSafetensors(whole.subarray(0, end))).toThrow(SyntaxError);
  });

  it("refuses a header above 100 MB before it looks for it", () => {
    for (const length of [100_000_001n, 2n ** 64n - 1n]) {
      const file = new Uint8Array(16);
      new DataView(file.buffer).setBigUint64(0, length, true);
      expect(() => readSafetensors(file)).toThrow(`the header claims ${length} bytes; expected at most 100000000`);
    }
    expect(() => readSafetensors(fileOf("{}").fill(0x7f, 0, 1))).toThrow(/takes 127 bytes from byte 8, the file has 10 bytes/);
  });

  it.each([
    ["no JSON", "{x}", [], /header is not JSON/],
    ["a list", "[]", [], /does not begin with \{/],
    ["space before the header", " {}", [], /does not begin with \{/],
    ["a tensor that is no record", '{"a":3}', [], /tensor "a" has no dtype/],
    ["a fractional shape", `{"a":${tensor("U8", [1.5], 0, 1)}}`, [1], /tensor "a" has no shape/],
    ["a negative length", `{"a":${tensor("U8", [-1], 0, 1)}}`, [1], /tensor "a" has no shape/],
    ["three offsets", '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}', [1], /no data_offsets/],
    ["an end before the begin", `{"a":${tensor("U8", [0], 1, 0)}}`, [], /no data_offsets/],
    [
      "bytes in two tensors",
      `{"a":${tensor("U8", [2], 0, 2)},"b":${tensor("U8", [2], 1, 3)}}`,
      [1, 2, 3],
      /"b" begins at byte 1 and overlaps another; expected byte 2/,
    ],
    [
      "a gap",
      `{"a":${tensor("U8", [1], 0, 1)},"b":${tensor("U8", [1], 2, 3)}}`,
      [1, 2, 3],
      /"b" begins at byte 2 and leaves a gap/,
    ],
    ["bytes in no tensor", `{"a":${tensor("U8", [1], 0, 1)}}`, [1, 2], /tensors take 1 bytes, the file has 2/],
    ["a tensor past the end", `{"a":${tensor("U8", [3], 0, 3)}}`, [1, 2], /tensors take 3 bytes, the file has 2/],
    [
      "bytes unlike the shape",
      `{"a":${tensor("F32", [2], 0, 4)}}`,
      [0, 0, 0, 0],
      /"a" has 4 bytes; expected 8 for shape \[2\] of F32/,
    ],
    ["a shape past 2^53", `{"a":${tensor("U8", [2 ** 40, 2 ** 40], 0, 0)}}`, [], /too many elements/],
    ["an unknown dtype", `{"a":${tensor("F8_E4M3", [1], 0, 1)}}`, [1], /"F8_E4M3"; expected one of F64, F32/],
    ["a dtype that objects inherit", `{"a":${tensor("constructor", [1], 0, 1)}}`, [1], /"constructor"; expected one of/],
    ["a name twice", `{"a":${tensor("U8", [1], 0, 1)},"\\u0061":${tensor("U8", [1], 0, 1)}}`, [1], /appears twice/],
    ["metadata that are no texts", '{"__metadata__":{"a":1}}', [], /__metadata__ holds more than texts/],
    ["a bool of 2", `{"a":${tensor("BOOL", [1], 0, 1)}}`, [2], /byte 2; expected 0 or 1/],
  ])("refuses %s", (_, header, data, message) => {
    expect(() => readSafetensors(fileOf(header, data))).toThrow(SyntaxError);
    expect(() => readSafetensors(fileOf(header, data))).toThrow(message);
  });

  it("refuses a header that is not UTF-8", () => {
    const file = fileOf('{"a":1}');
    file[10] = 0xff;
    expect(() => readSafetensors(file)).toThrow(/not UTF-8/);
  });

  it("reads the empty file, a tensor called __proto__ and trailing spaces", () => {
    expect(readSafetensors(fileOf("{}   "))).toEqual({ tensors: {}, metadata: {} });
    const { tensors } = readSafetensors(fileOf(`{"__proto__":${tensor("U8", [1], 0, 1)}}`, [7]));
    expect(Object.entries(tensors)).toEqual([["__proto__", ndArray("uint8", [1], Uint8Array.of(7))]]);
  });
});
