import { checkerboard } from "./checkerboard.js";
import { circles } from "./circles.js";
import { eightGaussians } from "./eight-gaussians.js";
import { diagonalMoons, moons } from "./moons.js";
import { pinwheel } from "./pinwheel.js";
import { spirals } from "./spirals.js";
import { swissRoll } from "./swiss-roll.js";
import type { ToySet } from "./toy-set.js";

/** Forgets which parameters a set has; it checks them itself on every call. */
function untyped<P extends object>(set: ToySet<P>): ToySet {
  return set as unknown as ToySet;
}

/** Every toy set by its name, for specs and command lines. */
export const toySets: Readonly<Record<string, ToySet>> = {
  checkerboard: untyped(checkerboard),
  circles: untyped(circles),
  diagonalMoons: untyped(diagonalMoons),
  eightGaussians: untyped(eightGaussians),
  moons: untyped(moons),
  pinwheel: untyped(pinwheel),
  spirals: untyped(spirals),
  swissRoll: untyped(swissRoll),
};

/** The names of the toy sets, in alphabetical order. */
export const toySetNames: readonly string[] = Object.keys(toySets);
