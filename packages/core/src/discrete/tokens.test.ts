import { expect, test } from "vitest";
import { allTokens, tokenIndex } from "./enumerate-tokens.js";
import { copyTokens, requireShape, sequenceOf, takeSequences, tokens, tokensOf } from "./tokens.js";

test("sequences are rows, and taking them copies", () => {
  const x = tokensOf(
    [
      [0, 1, 2],
      [2, 2, 0],
    ],
    3,
  );
  expect([x.size, x.length, x.vocabulary, [...sequenceOf(x, 1)]]).toEqual([2, 3, 3, [2, 2, 0]]);
  const taken = takeSequences(x, [1, 1]);
  const copy = copyTokens(x);
  x.data.fill(0);
  expect([...taken.data]).toEqual([2, 2, 0, 2, 2, 0]);
  expect([...copy.data]).toEqual([0, 1, 2, 2, 2, 0]);
});

test("every sequence is enumerated once, at its index", () => {
  const all = allTokens({ length: 3, vocabulary: 4 });
  expect(all.size).toBe(64);
  expect([...tokenIndex(all)]).toEqual(Array.from({ length: 64 }, (_, b) => b));
  expect([...sequenceOf(all, 27)]).toEqual([1, 2, 3]);
  expect(() => allTokens({ length: 21, vocabulary: 2 })).toThrow("Cannot enumerate 2^21 sequences: expected at most 1048576");
});

test("tokens outside the vocabulary, and sequences of other lengths, are refused", () => {
  expect(() => tokensOf([[0, 3]], 3)).toThrow("Cannot make tokens: token 1 of sequence 0 is 3; expected an integer from 0 to 2");
  expect(() => tokensOf([[0, -1]], 3)).toThrow(/token 1 of sequence 0 is -1/);
  expect(() => tokensOf([[0.5]], 3)).toThrow(/is 0.5/);
  expect(() => tokensOf([[0], [0, 1]], 3)).toThrow("Cannot make tokens: sequence 1 has 2 tokens; expected 1");
  expect(() => tokensOf([], 3)).toThrow(/sequence 0 has 0 tokens; expected at least 1/);
  expect(() => tokens(Uint32Array.of(0, 1, 2), { length: 2, vocabulary: 3 })).toThrow(/^Cannot view 3 tokens/);
  expect(() => tokens(Uint32Array.of(0, 3), { length: 2, vocabulary: 3 })).toThrow(/token 1 of sequence 0 is 3/);
  expect(() => tokens(Uint32Array.of(0), { length: 1, vocabulary: 0 })).toThrow(/the vocabulary is 0/);
  const x = tokensOf([[0, 1]], 3);
  expect(() => requireShape(x, { length: 2, vocabulary: 4 }, "x")).toThrow(
    "Cannot use x: they are 2 of 3 tokens; expected 2 of 4 tokens",
  );
});
