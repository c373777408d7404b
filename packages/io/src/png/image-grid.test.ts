import { describe, expect, it } from "vitest";
import { type ImageGridOptions, imageGrid } from "./image-grid.js";

/** The sheet as rows of numbers. */
function rows(images: readonly number[], options: ImageGridOptions): number[][] {
  const { width, height, data } = imageGrid(Float64Array.from(images), options);
  return Array.from({ length: height }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);
}

describe("imageGrid", () => {
  it("lays three images of 1 × 2 on two columns, with gaps and an empty place", () => {
    expect(rows([-1, 1, 0, 1, 1, -1], { height: 1, width: 2, columns: 2, background: 9 })).toEqual([
      [0, 255, 9, 128, 255],
      [9, 9, 9, 9, 9],
      [255, 0, 9, 9, 9],
    ]);
  });

  it("enlarges every pixel to a square", () => {
    expect(rows([0, 1], { height: 1, width: 2, scale: 2, range: [0, 1] })).toEqual([
      [0, 0, 255, 255],
      [0, 0, 255, 255],
    ]);
  });

  it("shows values outside the range as black or white", () => {
    expect(rows([-7, 9, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], { height: 1, width: 4, gap: 0 })).toEqual([
      [0, 255, 0, 255],
    ]);
  });

  it("makes the sheet as square as it can, and no wider than the images need", () => {
    const size = (count: number, columns?: number) => {
      const { width, height } = imageGrid(new Float64Array(count), { height: 1, width: 1, gap: 0, ...(columns && { columns }) });
      return [width, height];
    };
    expect([size(10), size(9), size(1), size(3, 8)]).toEqual([
      [4, 3],
      [3, 3],
      [1, 1],
      [3, 1],
    ]);
  });

  it("refuses NaN, lengths that are no images, and options that do not fit", () => {
    const one = { height: 1, width: 2 };
    expect(() => rows([0, 1, Number.NaN, 0], one)).toThrow("image 1 has NaN in pixel 0");
    expect(() => rows([0, 1, 2], one)).toThrow(/3 numbers are no images of 1 × 2/);
    expect(() => rows([], one)).toThrow(RangeError);
    for (const bad of [
      { scale: 0 },
      { gap: -1 },
      { columns: 1.5 },
      { background: 256 },
      { height: 0 },
      { range: [1, 1] as const },
      { range: [0, Infinity] as const },
    ]) {
      expect(() => rows([0, 1], { ...one, ...bad })).toThrow(RangeError);
    }
    expect(() => rows([0, 1], { ...one, cols: 2 } as ImageGridOptions)).toThrow(/no option "cols"/);
  });
});
