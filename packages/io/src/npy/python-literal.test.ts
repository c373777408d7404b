import { describe, expect, it } from "vitest";
import { parsePythonLiteral } from "./python-literal.js";

describe("parsePythonLiteral", () => {
  it("reads a header as numpy writes it, and as Python 2 did", () => {
    const expected = new Map<string, unknown>([
      ["descr", "<f8"],
      ["fortran_order", false],
      ["shape", [3, 4]],
    ]);
    expect(parsePythonLiteral("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }      \n")).toEqual(expected);
    expect(parsePythonLiteral(`{"shape":(3L,4L),'fortran_order':False,'descr':"<f8"}`)).toEqual(expected);
  });

  it("tells a tuple of one from a number in brackets, and a list from a tuple", () => {
    expect(parsePythonLiteral("(3,)")).toEqual([3]);
    expect(parsePythonLiteral("(3)")).toBe(3);
    expect(parsePythonLiteral("()")).toEqual([]);
    expect(parsePythonLiteral("[('a', '<i4'), ('b', None)]")).toEqual({
      list: [
        ["a", "<i4"],
        ["b", null],
      ],
    });
    expect(parsePythonLiteral("True")).toBe(true);
  });

  it.each([
    "",
    "(",
    "(1",
    "(1 2)",
    "(,)",
    "{'a' 1}",
    "{'a': 1 'b': 2}",
    "{1: 2}",
    "'a",
    "nan",
    "1.5",
    "--1",
    "(1,) x",
    "import os",
    "{'a': 1, 'a': 2}",
  ])("refuses %j and names the character", (text) => {
    expect(() => parsePythonLiteral(text)).toThrow(SyntaxError);
    expect(() => parsePythonLiteral(text)).toThrow(/character \d+ is .*; expected/);
  });

  it("refuses brackets nested without end before the stack does", () => {
    expect(() => parsePythonLiteral("(".repeat(100_000))).toThrow(/at most 16 nested brackets/);
  });
});
