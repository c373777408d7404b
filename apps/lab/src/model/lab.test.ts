import { expect, it } from "vitest";
import { defaultState } from "../state/lab-state.js";
import { figuresAt } from "./figures.js";
import { labMaker } from "./lab.js";
import { marginalMap } from "./maps.js";
import { modelOf } from "./model.js";

it("keeps what a change of the state leaves alone, and only that", () => {
  const labOf = labMaker();
  const first = labOf(defaultState);
  const [map, balance, flights] = [first.marginal(), first.balance(), first.flights()];
  const moved = labOf({ ...defaultState, x: [-1, 1] });
  expect(moved.marginal()).toBe(map);
  expect(moved.balance()).toBe(balance);
  expect(moved.figures).toEqual(figuresAt(moved.model, { x: [-1, 1], t: defaultState.t }));
  const later = labOf({ ...defaultState, t: defaultState.t + 0.1 });
  expect(later.marginal()).not.toEqual(map);
  expect(later.flights()).toBe(flights);
  const reseeded = labOf({ ...defaultState, seed: 1 });
  expect(reseeded.flights()).not.toEqual(flights);
  expect(reseeded.model).toEqual(expect.objectContaining({ reach: modelOf({ ...defaultState, seed: 1 }).reach }));
});

it("answers after a round of changes as it did before", () => {
  const labOf = labMaker();
  const map = labOf(defaultState).marginal();
  labOf({ ...defaultState, data: "spirals", t: 0.2 }).marginal();
  const again = labOf(defaultState);
  expect(again.marginal()).toEqual(map);
  expect(again.marginal().length).toBe(48 * 48);
  expect(marginalMap(again.model, defaultState.t, again.arrows().at).length).toBe(again.arrows().velocity.size);
});
