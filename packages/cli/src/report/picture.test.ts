import { pointsOf } from "@fluxion/core";
import { readPng } from "@fluxion/io";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameOf, imageOf, imagesOf, scatter } from "./picture.js";

const pictureIn = (markup: string) =>
  readPng(Buffer.from(markup.match(/src="data:image\/png;base64,([^"]+)"/)?.[1] ?? "", "base64"));

const coordinate = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
const cloud = fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 20 }).map((rows) => pointsOf(rows));

describe("imageOf", () => {
  it("shows −1 black, 1 white, and row by row what lies between", () => {
    const picture = pictureIn(imageOf(pointsOf([[-1, 1, 0, -0.5, 0.5, 3]]), { width: 3, height: 2 }).markup);
    expect([picture.width, picture.height]).toEqual([3, 2]);
    const grey = Array.from({ length: 6 }, (_, k) => picture.data[k * picture.channels]);
    // 8 bits a pixel: half a level of 255
    for (const [k, v] of [0, 1, 0.5, 0.25, 0.75, 1].entries()) {
      expect(Math.abs((grey[k] ?? 9) - v)).toBeLessThanOrEqual(0.5 / 255 + 1e-12);
    }
  });

  it("escapes its title", () => {
    expect(imageOf(pointsOf([[0]]), { width: 1, height: 1 }, '"><script>').markup).toContain('title="&quot;&gt;&lt;script&gt;"');
  });

  it("is made of every point in order", () => {
    const images = imagesOf(pointsOf([[-1], [1]]), { width: 1, height: 1 }, (b) => `point ${b}`);
    expect(images.map(({ markup }) => pictureIn(markup).data[0])).toEqual([0, 1]);
    expect(images[1]?.markup).toContain('title="point 1"');
  });
});

describe("frameOf", () => {
  it("holds all points with a margin, at the same scale on both axes", () => {
    fc.assert(
      fc.property(cloud, cloud, (a, b) => {
        const { low, high } = frameOf([a, b]);
        const width = high[0] - low[0];
        expect(width).toBeGreaterThan(0);
        expect(Math.abs((high[1] - low[1]) / width - 1)).toBeLessThanOrEqual(1e-6); // rounding of coordinates up to 1e6
        for (const { data } of [a, b]) {
          data.forEach((v, k) => {
            expect(v).toBeGreaterThan(low[k % 2 === 0 ? 0 : 1]);
            expect(v).toBeLessThan(high[k % 2 === 0 ? 0 : 1]);
          });
        }
      }),
    );
  });

  it("can leave out the outermost points", () => {
    const many = pointsOf([...Array.from({ length: 99 }, (_, k) => [k / 98, 0]), [1000, 0]]);
    expect(frameOf([many]).high[0]).toBeGreaterThan(1000);
    expect(frameOf([many], 0.02).high[0]).toBeLessThan(2);
  });

  it("surrounds a single point, points of a line, and nothing", () => {
    expect(frameOf([pointsOf([[3, 4]])])).toEqual({ low: [2, 3], high: [4, 5] });
    const line = frameOf([pointsOf([[0], [2]])]);
    expect([line.low[0], line.high[0]].map((v) => Number(v.toFixed(12)))).toEqual([-0.1, 2.1]);
    expect(line.low[1]).toBeCloseTo(-1.1, 12);
    expect(frameOf([])).toEqual({ low: [-1, -1], high: [1, 1] });
  });
});

describe("scatter", () => {
  it("puts the first coordinate to the right and the second up", () => {
    const frame = { low: [0, 0], high: [1, 1] } as const;
    const { markup } = scatter(
      [
        {
          x: pointsOf([
            [0, 0],
            [1, 1],
          ]),
          colour: "--c1",
        },
      ],
      { frame },
    );
    expect(markup).toContain('cx="0.0" cy="190.0"');
    expect(markup).toContain('cx="190.0" cy="0.0"');
  });

  it("draws as many points as there are, with their sizes, and lines between two sets", () => {
    const [x, y] = [pointsOf([[0], [1]]), pointsOf([[1], [2]])];
    const { markup } = scatter([{ x, colour: "--c1", radius: (b) => b + 1 }], {
      frame: frameOf([x, y]),
      segments: { from: x, to: y, colour: "--c2" },
    });
    expect([...markup.matchAll(/ r="([^"]+)"/g)].map(([, r]) => r)).toEqual(["1.0", "2.0"]);
    expect(markup.match(/<line/g)?.length).toBe(2);
    expect(markup).not.toContain("NaN");
  });
});
