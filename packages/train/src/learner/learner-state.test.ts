import { rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { buildNetwork } from "../network/index.js";
import { stateFromTensors, stateTensors } from "./learner-state.js";

const network = buildNetwork({ kind: "mlp", dim: 2, width: 3, depth: 1, time: { kind: "raw" } });
const theta = network.init(rngOf(1));
const state = {
  steps: 7,
  theta,
  firstMoment: theta.map((x) => x + 1),
  secondMoment: theta.map((x) => x * x),
  ema: theta.map((x) => -x),
};

describe("stateTensors", () => {
  it("names every array of a state after its parameter, with its shape, and loads back unchanged", () => {
    const tensors = stateTensors(network, state);
    expect(Object.keys(tensors).length).toBe(4 * network.parameters.length);
    expect(tensors["firstMoment.layers.1.weight"]?.shape).toEqual([2, 3]);
    expect(stateFromTensors(network, tensors, 7)).toEqual(state);
  });

  it("refuses a missing array and one of another length", () => {
    const { "ema.layers.0.bias": bias, ...rest } = stateTensors(network, state);
    expect(bias?.data.length).toBe(3);
    expect(() => stateFromTensors(network, rest, 7)).toThrow(
      'Cannot load the state: "ema.layers.0.bias" has no numbers; expected 3',
    );
    const short = { ...rest, "ema.layers.0.bias": { data: [1, 2] } };
    expect(() => stateFromTensors(network, short, 7)).toThrow('"ema.layers.0.bias" has 2 numbers; expected 3');
  });
});
