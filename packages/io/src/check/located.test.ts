import { describe, expect, it } from "vitest";
import { located } from "./located.js";

describe("located", () => {
  it("gives the result, or the same kind of error with the place and the cause", () => {
    expect(located("x", () => 3)).toBe(3);
    for (const Kind of [SyntaxError, RangeError, TypeError]) {
      const cause = new Kind("Cannot read");
      const attempt = () =>
        located('file "a"', () => {
          throw cause;
        });
      expect(attempt).toThrow(Kind);
      expect(attempt).toThrow(expect.objectContaining({ message: 'Cannot read (file "a")', cause }));
    }
  });
});
