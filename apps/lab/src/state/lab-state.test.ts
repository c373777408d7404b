import { toySetNames } from "@fluxion/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { languages } from "../text/dictionary.js";
import { addressOf, defaultState, LAST_TIME, snapCoordinate, stateOf, views } from "./lab-state.js";

const coordinate = fc.integer({ min: -9000, max: 9000 }).map((k) => snapCoordinate(k / 1000));
const states = fc.record({
  data: fc.constantFrom(...toySetNames),
  view: fc.constantFrom(...views),
  x: fc.tuple(coordinate, coordinate),
  t: fc.integer({ min: 0, max: 100 * LAST_TIME }).map((k) => k / 100),
  seed: fc.maxSafeNat(),
  lang: fc.constantFrom(...languages),
});

it("reads back from its address every state that the page can reach", () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(stateOf(addressOf(state))).toEqual(state);
    }),
  );
});

it("answers a state that the page can reach, whatever the address", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("data", "view", "x", "t", "seed", "lang"), fc.string()), (asked) => {
      const state = stateOf(`#${new URLSearchParams(asked)}`);
      expect(stateOf(addressOf(state))).toEqual(state);
      expect(toySetNames).toContain(state.data);
    }),
  );
});

it("keeps what it had where the address asks for what there is not", () => {
  expect(stateOf("#data=toString&view=no&x=1&t=1&seed=-1&lang=fr")).toEqual(defaultState);
  expect(stateOf("#x=1,2,3&t=NaN&seed=0.5")).toEqual(defaultState);
  expect(stateOf("#x=1,Infinity&t=&seed=")).toEqual(defaultState);
  expect(stateOf("")).toEqual(defaultState);
});
