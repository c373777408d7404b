/** A batch of sequences of tokens x ∈ {0, …, K − 1}^L, row-major: token l of sequence b is `data[b * length + l]`. */
export interface Tokens {
  /** [B, L], row-major. */
  readonly data: Uint32Array;
  /** B. */
  readonly size: number;
  /** L. */
  readonly length: number;
  /** K, the number of tokens there are, a mask token among them. */
  readonly vocabulary: number;
}

/** L and K: which space {0, …, K − 1}^L is meant. */
export type TokenShape = Pick<Tokens, "length" | "vocabulary">;

/**
 * Views a flat array as sequences; does not copy.
 * @throws RangeError when its length is not a multiple of L, or a token is not below K.
 */
export function tokens(data: Uint32Array, { length, vocabulary }: TokenShape): Tokens {
  const size = data.length / length;
  if (!Number.isInteger(length) || length < 1 || !Number.isInteger(size)) {
    throw new RangeError(
      `Cannot view ${data.length} tokens as sequences of length ${length}: expected a number of tokens that is a multiple of it`,
    );
  }
  if (!Number.isInteger(vocabulary) || vocabulary < 1) {
    throw new RangeError(`Cannot make tokens: the vocabulary is ${vocabulary}; expected a positive integer`);
  }
  const at = data.findIndex((token) => token >= vocabulary);
  if (at >= 0) {
    throw new RangeError(
      `Cannot make tokens: token ${at % length} of sequence ${Math.floor(at / length)} is ${data[at]}; expected below ${vocabulary}`,
    );
  }
  return { data, size, length, vocabulary };
}

/**
 * Copies sequences into an array of tokens: `tokensOf([[0, 1], [2, 1]], 3)`.
 * @throws RangeError when there is none, lengths differ, or a token is not an integer from 0 to K − 1.
 */
export function tokensOf(sequences: readonly ArrayLike<number>[], vocabulary: number): Tokens {
  const length = sequences[0]?.length ?? 0;
  const ragged = sequences.findIndex((sequence) => sequence.length !== length);
  if (length === 0 || ragged >= 0) {
    throw new RangeError(
      `Cannot make tokens: sequence ${Math.max(ragged, 0)} has ${sequences[ragged]?.length ?? 0} tokens; expected ${length || "at least 1"}`,
    );
  }
  const data = new Uint32Array(sequences.length * length);
  sequences.forEach((sequence, b) => {
    for (let l = 0; l < length; l++) {
      const token = sequence[l];
      if (!(Number.isInteger(token) && token >= 0 && token < vocabulary)) {
        throw new RangeError(
          `Cannot make tokens: token ${l} of sequence ${b} is ${token}; expected an integer from 0 to ${vocabulary - 1}`,
        );
      }
      data[b * length + l] = token;
    }
  });
  return tokens(data, { length, vocabulary });
}

/** A view of sequence b, of length L; does not copy. */
export function sequenceOf(x: Tokens, b: number): Uint32Array {
  return x.data.subarray(b * x.length, (b + 1) * x.length);
}

/** The same sequences in memory of their own. */
export function copyTokens(x: Tokens): Tokens {
  return { ...x, data: x.data.slice() };
}

/** A copy of the sequences with the given indices, in that order. */
export function takeSequences(x: Tokens, indices: ArrayLike<number>): Tokens {
  const data = new Uint32Array(indices.length * x.length);
  for (let b = 0; b < indices.length; b++) data.set(sequenceOf(x, indices[b]), b * x.length);
  return { ...x, data, size: indices.length };
}

/** Throws unless the tokens are of this space; `what` names them in the message. */
export function requireShape(x: Tokens, { length, vocabulary }: TokenShape, what: string): void {
  if (x.length === length && x.vocabulary === vocabulary) return;
  throw new RangeError(
    `Cannot use ${what}: they are ${x.length} of ${x.vocabulary} tokens; expected ${length} of ${vocabulary} tokens`,
  );
}
