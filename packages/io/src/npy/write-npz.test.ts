import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { ndArray } from "../array/index.js";
import { writeNpz } from "./write-npz.js";

const two = {
  points: ndArray("float64", [2, 2], Float64Array.of(1, 2, 3, 4)),
  labels: ndArray("int64", [2], BigInt64Array.of(0n, 1n)),
};

describe("writeNpz", () => {
  it("writes an archive that another unzip opens, with the same bytes each time", () => {
    const bytes = writeNpz(two, { compress: true });
    expect(Object.keys(unzipSync(bytes))).toEqual(["points.npy", "labels.npy"]);
    expect(writeNpz(two, { compress: true })).toEqual(bytes);
  });

  it("writes the same bytes in every time zone", () => {
    const before = process.env.TZ;
    const inZone = (zone: string) => {
      process.env.TZ = zone;
      return { offset: new Date(1980, 0, 1).getTimezoneOffset(), bytes: writeNpz(two) };
    };
    const [east, west] = [inZone("Asia/Shanghai"), inZone("Pacific/Honolulu")];
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
    expect(east.offset).not.toBe(west.offset);
    expect(east.bytes).toEqual(west.bytes);
  });
});
