import { describe, expect, it } from "vitest";
import { afterChecks, badInput, EXIT, failed, verdictOf } from "./errors.js";

describe("verdictOf", () => {
  it("keeps the code that a command chose", () => {
    expect(verdictOf(badInput("a sentence")).exitCode).toBe(2);
    expect(verdictOf(failed("a sentence")).exitCode).toBe(1);
  });

  it("reads a library's sentence about a value, a kind or a text as bad input, and any other sentence as a failure", () => {
    const sentence = "Cannot view 3 numbers as points of dim 2: it is odd; expected a multiple of dim";
    for (const error of [new RangeError(sentence), new TypeError(sentence), new SyntaxError(sentence)]) {
      expect(verdictOf(error)).toEqual({ message: sentence, exitCode: EXIT.badInput });
    }
    expect(verdictOf(new Error(sentence)).exitCode).toBe(EXIT.failed);
  });

  it("does not take the engine's own errors for a user's mistake", () => {
    const thrownBy = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        return error;
      }
    };
    const nothing: { x: number } | undefined = JSON.parse("[]")[0];
    const engine = thrownBy(() => (nothing as { x: number }).x);
    expect(engine).toBeInstanceOf(TypeError);
    expect(verdictOf(engine).exitCode).toBe(EXIT.bug);
    const deep = (): number => deep() + 1;
    expect(verdictOf(thrownBy(deep)).exitCode).toBe(EXIT.bug);
    expect(verdictOf("a text").exitCode).toBe(EXIT.bug);
  });

  it("says that memory ran out", () => {
    let error: unknown;
    try {
      new Float64Array(2 ** 50);
    } catch (caught) {
      error = caught;
    }
    const { message, exitCode } = verdictOf(error);
    expect(exitCode).toBe(EXIT.failed);
    expect(message).toMatch(/^Cannot allocate memory: .*; expected a smaller data set/);
  });
});

describe("afterChecks", () => {
  it("turns a library's sentence into a failure, and leaves the commands' own errors and bugs alone", async () => {
    const run = (error: Error) =>
      afterChecks(async () => {
        throw error;
      });
    const sentence = "Cannot use the velocity: row 0 has NaN; expected finite numbers";
    await expect(run(new RangeError(sentence))).rejects.toMatchObject({ message: sentence, exitCode: EXIT.failed });
    await expect(run(badInput("x"))).rejects.toMatchObject({ exitCode: EXIT.badInput });
    const bug = new TypeError("x is not a function");
    await expect(run(bug)).rejects.toBe(bug);
  });
});
