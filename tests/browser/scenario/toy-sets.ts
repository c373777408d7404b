import { fork, rngOf, toySets } from "@fluxion/core";

/** A few hundred points of every toy set. */
export function results(): Record<string, number[]> {
  const rng = rngOf(11);
  return Object.fromEntries(Object.entries(toySets).map(([name, draw]) => [name, [...draw(fork(rng, name), 300).data]]));
}
