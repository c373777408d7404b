import { describe, expect, it } from "vitest";
import { type Chart, chart, type Series } from "./chart.js";
import { linearScale, logScale } from "./scale.js";
import { phrase } from "./text.js";

const drawing = (series: Partial<Series>, scales: Partial<Pick<Chart, "x" | "y">> = {}): string =>
  chart({
    title: phrase("Loss & floor", "损失"),
    xLabel: phrase("step", "步数"),
    yLabel: phrase("loss", "损失"),
    x: linearScale([0, 4]),
    y: linearScale([0, 10]),
    series: [{ label: phrase("line", "线"), colour: "--c1", points: [], ...series }],
    ...scales,
  }).markup;

const paths = (markup: string): string[] => [...markup.matchAll(/<path[^>]* d="([^"]*)"/g)].map(([, d = ""]) => d);
const coordinates = (d: string): number[] =>
  d
    .split(/[MLZ ]/)
    .filter((part) => part !== "")
    .map(Number);

describe("chart", () => {
  it("draws a line from corner to corner of its frame", () => {
    const markup = drawing({
      points: [
        [0, 0],
        [4, 10],
      ],
    });
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = coordinates(paths(markup)[0] ?? "");
    const frame =
      markup
        .match(/<svg x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"/)
        ?.slice(1)
        .map(Number) ?? [];
    expect([x0, y1, x1 - x0, y0 - y1]).toEqual(frame);
  });

  it("interrupts the line and its band where a point is no number", () => {
    const points = [
      [0, 1],
      [1, 2],
      [2, Number.NaN],
      [3, 3],
      [4, Infinity],
    ] as const;
    const drawn = paths(drawing({ points, band: [1, 1, 1, 1, 1] }));
    expect(drawn.map((d) => coordinates(d).length)).toEqual([8, 4, 4, 2]); // bands, then lines, of two points and of one
    expect(drawn.join()).not.toMatch(/NaN|Infinity/);
    expect(drawing({ points, kind: "dots" }).match(/<circle/g)?.length).toBe(3);
  });

  it("draws a band that reaches below zero on a logarithmic axis down to the edge", () => {
    const drawn = paths(
      drawing(
        {
          points: [
            [0, 1],
            [4, 10],
          ],
          band: [2, 2],
        },
        { y: logScale([1, 10]) },
      ),
    );
    for (const v of drawn.flatMap(coordinates)) expect(Number.isFinite(v)).toBe(true);
  });

  it("draws no path where there are no points", () => {
    expect(paths(drawing({ points: [] }))).toEqual([]);
    expect(paths(drawing({ points: [[0, Number.NaN]] }))).toEqual([]);
  });

  it("names itself by its caption, and escapes", () => {
    const markup = drawing({ points: [[0, 0]] });
    expect(markup).toContain('<figcaption id="loss-floor"><strong><span lang="en">Loss &amp; floor</span>');
    expect(markup).toContain('aria-labelledby="loss-floor"');
  });
});
