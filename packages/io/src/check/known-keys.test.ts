import { describe, expect, it } from "vitest";
import { requireKnownKeys } from "./known-keys.js";

describe("requireKnownKeys", () => {
  it("passes known keys and names the first unknown one", () => {
    requireKnownKeys({ a: 1 }, ["a", "b"], "read x");
    expect(() => requireKnownKeys({ a: 1, c: 2 }, ["a", "b"], "read x")).toThrow(
      new TypeError('Cannot read x: there is no option "c"; expected a, b'),
    );
  });
});
