import { describe, expect, it } from "vitest";
import { labelsOf } from "./labels.js";

describe("labelsOf", () => {
  it("numbers the distinct texts in their order", () => {
    expect(labelsOf(["b", "a", " b "])).toEqual({ index: Int32Array.of(1, 0, 1), names: ["a", "b"] });
  });

  it("does not depend on the order of the rows", () => {
    expect(labelsOf(["3", "20", "1"]).names).toEqual(labelsOf(["20", "1", "3"]).names);
  });

  it("takes equal numbers for one class, and numbers among texts for texts", () => {
    expect(labelsOf(["1", "1.0", "02"])).toEqual({ index: Int32Array.of(0, 0, 1), names: ["1", "2"] });
    expect(labelsOf(["2", "nan", "1"]).names).toEqual(["1", "2", "nan"]);
    expect(labelsOf(["1", "1.0", "x"]).names).toEqual(["1", "1.0", "x"]);
  });
});
