import {
  choice,
  cumulativeSum,
  fork,
  integers,
  normal,
  permutation,
  rademacher,
  rngOf,
  sampleWithoutReplacement,
  uniform,
} from "@fluxion/core";
import { digestOf } from "./digest-of.js";

const COUNT = 4096;

/** The first draws of every stream of one seed, as digests. */
export function results(): Record<string, string> {
  const rng = rngOf(20_240_229);
  const weights = cumulativeSum(uniform(fork(rng, "weights"), new Float64Array(100)));
  return {
    uniform: digestOf(uniform(fork(rng, "uniform"), new Float64Array(COUNT))),
    normal: digestOf(normal(fork(rng, "normal"), new Float64Array(COUNT))),
    integers: digestOf(integers(fork(rng, "integers", 7), 1000, new Uint32Array(COUNT))),
    permutation: digestOf(permutation(fork(rng, "permutation"), COUNT)),
    sampleWithoutReplacement: digestOf(sampleWithoutReplacement(fork(rng, "some"), COUNT, 64)),
    choice: digestOf(choice(fork(rng, "choice"), weights, new Uint32Array(COUNT))),
    rademacher: digestOf(rademacher(fork(rng, "rademacher"), new Float64Array(COUNT))),
  };
}
