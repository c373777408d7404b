import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requireUniqueKeys } from "./unique-keys.js";

describe("requireUniqueKeys", () => {
  it("passes every text that JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(3), (value, indent) =>
        requireUniqueKeys(JSON.stringify(value, null, indent), "x"),
      ),
      { seed: 9, numRuns: 300 },
    );
  });

  it("finds a key twice in one object at any depth, however it is spelled", () => {
    for (const text of [
      '{"a":1,"a":2}',
      '[{"b":{"a":1,"c":[1,{"d":2}],"a" : 2}}]',
      '{"a":1,"\\u0061":2}',
      '{"\\"":1,"\\"":2}',
      '{"":1,"":2}',
    ]) {
      expect(() => requireUniqueKeys(text, "x")).toThrow(SyntaxError);
    }
  });

  it("lets the same key stand in different objects, and the same text among values", () => {
    requireUniqueKeys('{"a":{"a":"a"},"b":[{"a":1},{"a":2}],"c":"a\\\\","d":"{\\"a\\":"}', "x");
  });
});
