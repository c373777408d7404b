import { describe, expect, it } from "vitest";
import { ndArray } from "../array/index.js";
import { writeZip } from "../bytes/index.js";
import { readNpz } from "./read-npz.js";
import { writeNpz } from "./write-npz.js";

/** Written by numpy 2.4.6: `savez` of x, y (zip64 local headers) and `savez_compressed` of arange(40) as [20, 2]. */
const SAVEZ =
  "UEsDBC0AAAAAAAAAIQAhNYtp//////////8FABQAeC5ucHkBABAAoAAAAAAAAACgAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAA8D8AAAAAAAAAQAAAAAAAAAhAAAAAAAAAEEBQSwMELQAAAAAAAAAhAHtWtfP//////////wUAFAB5Lm5weQEAEACIAAAAAAAAAIgAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAQAAAFBLAQItAy0AAAAAAAAAIQAhNYtpoAAAAKAAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAAAAAAIQB7VrXziAAAAIgAAAAFAAAAAAAAAAAAAACAAdcAAAB5Lm5weVBLBQYAAAAAAgACAGYAAACWAQAAAAA=";
const COMPRESSED =
  "UEsDBC0AAAAIAAAAIQAZPZOP//////////8FABQAeC5ucHkBABAAwAEAAAAAAACkAAAAAAAAAJ3IvQ7BUBiH8WMTk8FgMJyIOMiJVH1VFUViIxaDSRqtGETlVCwicQ9u1CUgnsXqXX7v838sVvPlOiUu4qrCKNka5Url7RylpdrF5myC4yY2YfTZZ8Ehid57sg9O0bsrtqWlXdXyJv+9jPi554jH/5LGLOYwjwWUWMQSlrGCNdRYRwsbaGMTW9jGDnbRwR662EcPBzjEEfpf7yjGNIoJjWJKT/0XUEsBAi0DLQAAAAgAAAAhABk9k4+kAAAAwAEAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsFBgAAAAABAAEAMwAAANsAAAAAAA==";

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));
const two = {
  points: ndArray("float64", [2, 2], Float64Array.of(1, 2, 3, 4)),
  labels: ndArray("int64", [2], BigInt64Array.of(0n, 1n)),
};

describe("readNpz", () => {
  it("reads what numpy's savez wrote", () => {
    expect(readNpz(bytesOf(SAVEZ))).toEqual({
      x: ndArray("float64", [2, 2], Float64Array.of(1, 2, 3, 4)),
      y: ndArray("int32", [2], Int32Array.of(0, 1)),
    });
  });

  it("reads what numpy's savez_compressed wrote", () => {
    const { x } = readNpz(bytesOf(COMPRESSED));
    expect(x).toEqual(
      ndArray(
        "float64",
        [20, 2],
        Float64Array.from({ length: 40 }, (_, i) => i),
      ),
    );
  });

  it("is the inverse of writeNpz, stored or compressed, in the order given", () => {
    for (const compress of [false, true]) {
      const back = readNpz(writeNpz(two, { compress }));
      expect(back).toEqual(two);
      expect(Object.keys(back)).toEqual(["points", "labels"]);
    }
  });

  it("keeps a name that JavaScript objects treat as special", () => {
    const special = Object.fromEntries([["__proto__", two.points]]);
    expect(Object.keys(readNpz(writeNpz(special)))).toEqual(["__proto__"]);
  });

  it("throws SyntaxError for every cut of a file", () => {
    for (const base64 of [SAVEZ, COMPRESSED]) {
      const whole = bytesOf(base64);
      for (let end = 0; end < whole.length; end++) expect(() => readNpz(whole.subarray(0, end))).toThrow(SyntaxError);
    }
  });

  it("names the entry whose array is damaged, and an entry that is no array", () => {
    expect(() => readNpz(writeZip(new Map([["x.npy", Uint8Array.of(1, 2)]])))).toThrow(/\(entry "x.npy"\)/);
    expect(() => readNpz(writeZip(new Map([["notes.txt", Uint8Array.of(1)]])))).toThrow(/"notes.txt" is not an array/);
  });
});
