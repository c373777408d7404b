import { describe, expect, it } from "vitest";
import { guessDelimiter } from "./delimiter.js";

describe("guessDelimiter", () => {
  it("is the rarest sign that both of the first two lines contain", () => {
    expect(["1,5;2\n3;4", "a\tb\n1\t2", "1|2", "1,2\n3,4", "1, 2\n3, 4", "1 2\n3 4"].map(guessDelimiter)).toEqual([
      ";",
      "\t",
      "|",
      ",",
      ",",
      " ",
    ]);
  });

  it("ignores signs in quotes, comments and blank lines, and a sign that only the header has", () => {
    expect(guessDelimiter('"a;b","c;d"\n"1;","2;"')).toBe(",");
    expect(guessDelimiter("# a;b\n\n# c;d\n1,2\n3,4")).toBe(",");
    expect(guessDelimiter("sepal length\n1.0\n")).toBe(",");
    expect(guessDelimiter("")).toBe(",");
  });
});
