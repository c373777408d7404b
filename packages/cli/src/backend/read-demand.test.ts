import { expect, test } from "vitest";
import { demandText, readDemand } from "./read-demand.js";

test("a demand is read as it is written", () => {
  for (const text of ["exact", "certified:0.000001", "statistical:1024"]) expect(demandText(readDemand(text))).toBe(text);
  expect(readDemand("certified:1e-6")).toEqual({ kind: "certified", epsilon: 1e-6 });
});

test("another text is refused with what is wrong and what would be right", () => {
  const wrong: [string, string][] = [
    ["exat", 'it is "exat"; expected exact, certified:<epsilon> or statistical:<references>'],
    ["exact:3", '"exact" takes no number, and there is "3"; expected exact'],
    ["certified", 'the error is ""; expected a number above 0'],
    ["certified:", 'the error is ""; expected a number above 0'],
    ["certified:0", 'the error is "0"'],
    ["certified:-1e-3", 'the error is "-1e-3"'],
    ["certified:1:2", 'it is "certified:1:2"'],
    ["statistical:1.5", 'the number of references is "1.5"; expected a whole number of at least 2'],
    ["statistical:1", 'the number of references is "1"'],
    ["", 'it is ""'],
  ];
  for (const [text, message] of wrong) expect(() => readDemand(text)).toThrow(`Cannot read --promise: ${message}`);
});
