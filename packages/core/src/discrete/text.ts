import { type Tokens, tokensOf } from "./tokens.js";

/** Characters as tokens: the token of a character is its place in the list. */
export interface TextVocabulary {
  /** Distinct characters (code points), with the mask last where there is one. */
  readonly characters: readonly string[];
  /** K. */
  readonly size: number;
  /** The mask token, K − 1, or null. */
  readonly mask: number | null;
}

/** What a mask looks like in text. */
const MASK = "□";

/**
 * The characters of a text in the order of their code points, with a mask token after them that shows as "□".
 * @throws RangeError for a text without characters, or one that contains "□" where a mask is wanted.
 */
export function textVocabulary(text: string, { mask = true }: { readonly mask?: boolean } = {}): TextVocabulary {
  const known = [...new Set(text)].sort((a, b) => codeOf(a) - codeOf(b));
  if (known.length === 0) throw new RangeError("Cannot make a vocabulary: the text is empty; expected at least one character");
  if (mask && known.includes(MASK)) {
    throw new RangeError(
      `Cannot make a vocabulary: the text contains "${MASK}", which shows the mask; expected another character`,
    );
  }
  const characters = mask ? [...known, MASK] : known;
  return { characters, size: characters.length, mask: mask ? known.length : null };
}

/**
 * Texts of one length as sequences of tokens, [B, L]; L counts code points.
 * @throws RangeError for a character that the vocabulary lacks, and for texts of different lengths.
 */
export function tokenise(texts: readonly string[], vocabulary: TextVocabulary): Tokens {
  const tokenOf = new Map(vocabulary.characters.map((character, token) => [character, token]));
  const rows = texts.map((text) =>
    Array.from(text, (character) => {
      const token = tokenOf.get(character);
      if (token !== undefined) return token;
      throw new RangeError(`Cannot tokenise "${text}": "${character}" is not in the vocabulary; expected one of its characters`);
    }),
  );
  return tokensOf(rows, vocabulary.size);
}

/** The texts that sequences of tokens spell, [B]. @throws RangeError unless they are of this vocabulary. */
export function detokenise({ data, size, length, vocabulary: K }: Tokens, vocabulary: TextVocabulary): string[] {
  if (K !== vocabulary.size) {
    throw new RangeError(`Cannot spell the tokens: there are ${K} and the vocabulary has ${vocabulary.size}; expected as many`);
  }
  return Array.from({ length: size }, (_, b) =>
    Array.from(data.subarray(b * length, (b + 1) * length), (token) => vocabulary.characters[token]).join(""),
  );
}

/**
 * All stretches of `length` characters of a text, `stride` apart: what a model of text at character level is trained on.
 * @throws RangeError for a text that is shorter, or a length or stride that is not a positive integer.
 */
export function textWindows(text: string, length: number, stride = 1): string[] {
  const characters = Array.from(text);
  if (!(Number.isInteger(length) && length >= 1 && length <= characters.length && Number.isInteger(stride) && stride >= 1)) {
    throw new RangeError(
      `Cannot cut ${characters.length} characters into stretches of ${length}, ${stride} apart: expected positive integers and a longer text`,
    );
  }
  const count = Math.floor((characters.length - length) / stride) + 1;
  return Array.from({ length: count }, (_, n) => characters.slice(n * stride, n * stride + length).join(""));
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;
