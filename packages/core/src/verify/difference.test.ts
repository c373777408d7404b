import { expect, it } from "vitest";
import { derivative } from "./difference.js";

it("finds derivatives of analytic functions to about 1e-12, within a small multiple of its own error estimate", () => {
  const cases: [(h: number) => number, number][] = [
    [(h) => Math.sin(1 + h), Math.cos(1)],
    [(h) => Math.exp(3 * h), 3],
    [(h) => 1 / (1 + h), -1],
    [(h) => 7 + 2 * h, 2],
  ];
  for (const [f, exact] of cases) {
    const { value, error } = derivative(f, 0.1);
    expect(Math.abs(value - exact)).toBeLessThan(1e-11); // rounding 2⁻⁵³/h at h = 0.1/32, times the size of f
    expect(Math.abs(value - exact)).toBeLessThan(10 * error + 1e-13);
  }
});

it("reports a large error where there is no derivative", () => {
  expect(derivative((h) => Math.sqrt(Math.abs(h - 0.01)), 0.1).error).toBeGreaterThan(1e-3);
});
