import { type BitDepth, encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { crc32 } from "../bytes/index.js";
import { readPng } from "./read-png.js";

/** 5 × 3 images written by Pillow 13.0.0. Grey sample k is 17 k; RGB is (grey, 255 − grey, ⌊grey / 2⌋). */
const PILLOW = {
  grey: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAAAAAB+XZokAAAAGklEQVR4nGNkEBQUFGQMFRQUFGQJFRQUFAQADF4BfdKAgVEAAAAASUVORK5CYII=",
  rgb: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAAI0lEQVR4nGNk+M8g+J5D8D0nhGQJXa0F5wi+52AJXa2NLA8AefYPxGh0Q9IAAAAASUVORK5CYII=",
  rgba: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAYAAABbNsX4AAAAKElEQVR4nGNk+M/QIPieg0HwPScDjGYJXa2FIiD4noOBJXS1NgO6SgAVRxBEgboxNAAAAABJRU5ErkJggg==",
  greyAlpha: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAQAAADxPw1zAAAAFElEQVR4nGNk+C/4HgJZQldjYQIA8h0PCTZ3j2oAAAAASUVORK5CYII=",
  grey16: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADEAAAAAAuzUZnAAAAFUlEQVR4nGNkYBCEAsbQUBiTBcEEAC0kAvNoLdnIAAAAAElFTkSuQmCC",
  bit: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAQAAAABzTfhVAAAADklEQVR4nGOYwODBoAAAA84A+Roaf/wAAAAASUVORK5CYII=",
  palette2:
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAgMAAAAmWC1rAAAADFBMVEUAAAD/AAAA/wAKFB5v9JOxAAAAEUlEQVR4nGOQZmAJvMLiKgIABogBoqvmt1sAAAAASUVORK5CYII=",
  paletteAlpha:
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAgMAAAAmWC1rAAAADFBMVEUAAAD/AAAA/wAKFB5v9JOxAAAABHRSTlMAgP//7IBv5QAAABFJREFUeJxjkGZgCbzC4ioCAAaIAaKr5rdbAAAAAElFTkSuQmCC",
  key: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAAAAAB+XZokAAAAAnRSTlMAIqPzjNwAAAAaSURBVHicY2QQFBQUZAwVFBQUZAkVFBQUBAAMXgF90oCBUQAAAABJRU5ErkJggg==",
  text: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAAAAAB+XZokAAAAB3RFWHRub3RlAGhpB7TTJwAAAAlwSFlzAAALEwAACxMBAJqcGAAAABpJREFUeJxjZBAUFBRkDBUUFBRkCRUUFBQEAAxeAX3SgIFRAAAAAElFTkSuQmCC",
};

const file = (name: keyof typeof PILLOW): Uint8Array => new Uint8Array(Buffer.from(PILLOW[name], "base64"));
const GREY = Array.from({ length: 15 }, (_, k) => 17 * k);
const RGB = GREY.map((grey) => [grey, 255 - grey, grey >> 1]);
const unit = (samples: readonly number[]): Float64Array => Float64Array.from(samples, (sample) => sample / 255);

/** Replaces `change.length` bytes of a chunk's data and mends its check sum. */
function withChunk(bytes: Uint8Array, type: string, at: number, change: readonly number[]): Uint8Array {
  const out = new Uint8Array(bytes);
  const start = Buffer.from(out).indexOf(type);
  const view = new DataView(out.buffer);
  out.set(change, start + 4 + at);
  const length = view.getUint32(start - 4);
  view.setUint32(start + 4 + length, crc32(out.subarray(start, start + 4 + length)));
  return out;
}

describe("readPng", () => {
  it("reads what Pillow wrote in every colour type, as numbers of [0, 1]", () => {
    const size = { width: 5, height: 3 };
    expect(readPng(file("grey"))).toEqual({ ...size, channels: 1, data: unit(GREY) });
    expect(readPng(file("greyAlpha"))).toEqual({ ...size, channels: 2, data: unit(GREY.flatMap((grey) => [grey, 255 - grey])) });
    expect(readPng(file("rgb"))).toEqual({ ...size, channels: 3, data: unit(RGB.flat()) });
    expect(readPng(file("rgba"))).toEqual({ ...size, channels: 4, data: unit(RGB.flatMap((rgb) => [...rgb, 128])) });
  });

  it("reads 16 bits, 1 bit and palettes of 2 bits", () => {
    expect(readPng(file("grey16")).data).toEqual(Float64Array.from({ length: 15 }, (_, k) => (4369 * k) / 65535));
    expect(readPng(file("bit")).data).toEqual(Float64Array.from({ length: 15 }, (_, k) => (k % 3 === 0 ? 1 : 0)));
    const colors = [
      [0, 0, 0],
      [255, 0, 0],
      [0, 255, 0],
      [10, 20, 30],
    ];
    expect(readPng(file("palette2"))).toMatchObject({ channels: 3, data: unit(GREY.flatMap((_, k) => colors[k % 4] ?? [])) });
  });

  it("turns a transparent colour and a transparent palette into an alpha channel", () => {
    const alphas = readPng(file("paletteAlpha")).data.filter((_, i) => i % 4 === 3);
    expect(alphas).toEqual(unit(GREY.map((_, k) => [0, 128, 255, 255][k % 4] ?? 0)));
    const keyed = readPng(file("key"));
    expect(keyed).toMatchObject({ channels: 2, data: unit(GREY.flatMap((grey) => [grey, grey === 34 ? 0 : 255])) });
  });

  it("passes over chunks that do not change pixels", () => {
    expect(readPng(file("text"))).toEqual(readPng(file("grey")));
  });

  it("reads an interlaced image as its plain twin, and refuses one of few bits", () => {
    const image = { width: 5, height: 3, channels: 3, depth: 8 as BitDepth, data: Uint8Array.from(RGB.flat()) };
    expect(readPng(encode(image, { interlace: "Adam7" }))).toEqual(readPng(file("rgb")));
    expect(() => readPng(withChunk(file("bit"), "IHDR", 12, [1]))).toThrow(/interlaced with 1 bits/);
  });

  it("throws SyntaxError for every cut of a file", () => {
    for (const name of ["grey", "paletteAlpha", "text"] as const) {
      const whole = file(name);
      for (let end = 0; end < whole.length; end++) expect(() => readPng(whole.subarray(0, end))).toThrow(SyntaxError);
    }
  });

  it("notices a wrong check sum, rows that are missing and rows too many", () => {
    const wrong = file("grey");
    wrong[30] = (wrong[30] ?? 0) ^ 1; // inside the check sum of the header
    expect(() => readPng(wrong)).toThrow(/CRC mismatch for chunk IHDR/);
    expect(() => readPng(withChunk(file("grey"), "IHDR", 4, [0, 0, 0, 4]))).toThrow(/promises 24 bytes and holds 18/);
    expect(() => readPng(withChunk(file("grey"), "IHDR", 4, [0, 0, 0, 2]))).toThrow(/promises 12 bytes and holds more/);
  });

  it("claims no memory for sides that the file does not hold", () => {
    expect(() => readPng(withChunk(file("grey"), "IHDR", 0, [0x7f, 0xff, 0xff, 0xff]))).toThrow(/at most 67108864 pixels/);
    expect(() => readPng(withChunk(file("grey"), "IHDR", 0, [0, 0, 0x40, 0, 0, 0, 0x10, 0]))).toThrow(
      /promises 67112960 bytes from/,
    );
  });

  it("refuses an invalid depth, a palette that is absent, a second header and a chunk it must know", () => {
    expect(() => readPng(withChunk(file("rgb"), "IHDR", 8, [4]))).toThrow(/depth 4/);
    expect(() => readPng(withChunk(file("grey"), "IHDR", 9, [3]))).toThrow(SyntaxError);
    const whole = file("grey");
    const doubled = Uint8Array.from([...whole.subarray(0, 33), ...whole.subarray(8)]);
    expect(() => readPng(doubled)).toThrow(/IHDR appears twice/);
    const foreign = Uint8Array.from([
      ...whole.subarray(0, 33),
      0,
      0,
      0,
      0,
      0x41,
      0x42,
      0x43,
      0x44,
      0,
      0,
      0,
      0,
      ...whole.subarray(33),
    ]);
    expect(() => readPng(foreign)).toThrow(/"ABCD" is unknown/);
  });
});
