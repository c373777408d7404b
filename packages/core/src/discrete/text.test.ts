import fc from "fast-check";
import { expect, test } from "vitest";
import { detokenise, textVocabulary, textWindows, tokenise } from "./text.js";
import { tokensOf } from "./tokens.js";

/** Any code point but the halves of pairs and the square that shows a mask. */
const character = fc
  .oneof(fc.integer({ min: 0x20, max: 0xd7ff }), fc.integer({ min: 0x10000, max: 0x1f64f }))
  .filter((code) => code !== 0x25a1)
  .map((code) => String.fromCodePoint(code));

test("tokenising and spelling are inverse, beyond the basic plane too", () => {
  fc.assert(
    fc.property(fc.array(character, { minLength: 1, maxLength: 30 }), (characters) => {
      const text = characters.join("");
      for (const mask of [true, false]) {
        const vocabulary = textVocabulary(text, { mask });
        const x = tokenise([text, text], vocabulary);
        expect([x.size, x.length]).toEqual([2, Array.from(text).length]);
        expect(detokenise(x, vocabulary)).toEqual([text, text]);
      }
    }),
    { numRuns: 40 },
  );
});

test("the vocabulary is in the order of code points, with the mask last", () => {
  expect(textVocabulary("hello")).toEqual({ characters: ["e", "h", "l", "o", "□"], size: 5, mask: 4 });
  expect(textVocabulary("流匹配流", { mask: false })).toEqual({ characters: ["匹", "流", "配"], size: 3, mask: null });
});

test("windows are all stretches of a text", () => {
  expect(textWindows("abcde", 3)).toEqual(["abc", "bcd", "cde"]);
  expect(textWindows("abcde", 2, 2)).toEqual(["ab", "cd"]);
  expect(() => textWindows("ab", 3)).toThrow(/^Cannot cut 2 characters into stretches of 3/);
});

test("characters outside the vocabulary, texts of other lengths, and masks in the text are refused", () => {
  const vocabulary = textVocabulary("abc");
  expect(() => tokenise(["abd"], vocabulary)).toThrow(
    'Cannot tokenise "abd": "d" is not in the vocabulary; expected one of its characters',
  );
  expect(() => tokenise(["ab", "a"], vocabulary)).toThrow(/sequence 1 has 1 tokens; expected 2/);
  expect(() => detokenise(tokensOf([[0]], 3), vocabulary)).toThrow(/there are 3 and the vocabulary has 4/);
  expect(() => textVocabulary("")).toThrow(/the text is empty/);
  expect(() => textVocabulary("a□")).toThrow(/which shows the mask/);
});
