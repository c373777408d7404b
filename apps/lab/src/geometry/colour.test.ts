import { expect, it } from "vitest";
import { diverging, type Rgb, sequential } from "./colour.js";

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const shares = Array.from({ length: 41 }, (_, k) => k / 40);

it.each(["light", "dark"] as const)("carries the value by lightness alone in the %s theme", (theme) => {
  const steps = shares.map((v) => luminance(sequential(theme, v, 1)));
  const ordered = [...steps].sort((a, b) => (theme === "light" ? b - a : a - b));
  expect(steps).toEqual(ordered);
  expect(Math.abs((steps.at(-1) ?? 0) - (steps[0] ?? 0))).toBeGreaterThan(150);
});

it.each(["light", "dark"] as const)("begins and has its zero on the page in the %s theme", (theme) => {
  expect(diverging(theme, 0, 3)).toEqual(sequential(theme, 0, 3));
  expect(diverging(theme, 0, 0)).toEqual(diverging(theme, 0, 1));
  expect(diverging(theme, -1, 1)).not.toEqual(diverging(theme, 1, 1));
});

it("keeps to its ends beyond them", () => {
  expect(diverging("light", 9, 1)).toEqual(diverging("light", 1, 1));
  expect(sequential("dark", -9, 1)).toEqual(sequential("dark", 0, 1));
});
