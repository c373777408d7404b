import { expect, test } from "vitest";
import { type DenseProducts, roundingsOf } from "./dense-products.js";

test("products from elsewhere are trusted as far as they say, and the kernels as far as their runs of floats go", () => {
  const dense = { roundings: 100 } as DenseProducts;
  expect(roundingsOf(dense)).toBe(103); // those of the product, of both operands and of the result
  expect(roundingsOf(undefined)).toBeGreaterThanOrEqual(34 + 3);
});
