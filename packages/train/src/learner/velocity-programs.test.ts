import { points } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { hostOps, hostTensor } from "../engine/index.js";
import { buildNetwork, evaluateHost } from "../network/index.js";
import { labelOf, labelShape } from "./label-input.js";
import { velocityProgram } from "./velocity-programs.js";

const theta = (length: number) => Float64Array.from({ length }, (_, i) => Math.sin(i + 1));

describe("velocityProgram", () => {
  for (const classes of [0, 2]) {
    it(`takes ${classes === 0 ? "no labels" : "one-hot labels"} and gives the velocities of the network`, () => {
      const network = buildNetwork({ kind: "mlp", dim: 2, width: 3, depth: 1, classes });
      expect(labelShape(network, 2)).toEqual(classes === 0 ? {} : { y: [2, 2] });
      const program = velocityProgram(network, 2);
      const weights = theta(network.parameterCount);
      const inputs = {
        t: hostTensor([0.25, 0.5], [2]),
        x: hostTensor([1, 2, 3, 4], [2, 2]),
        ...(classes > 0 ? { y: hostTensor([0, 1, 0, 0], [2, 2]) } : {}),
      };
      expect(labelOf(inputs)?.shape).toEqual(classes === 0 ? undefined : [2, 2]);
      const ops = hostOps as unknown as Parameters<typeof program.trace>[0];
      const { outputs } = program.trace(ops, { theta: hostTensor(weights, [weights.length]) }, inputs);
      const at = {
        t: [0.25, 0.5],
        x: points(Float64Array.of(1, 2, 3, 4), 2),
        ...(classes > 0 ? { label: Int32Array.of(1, -1) } : {}),
      };
      expect(Reflect.get(outputs.velocity, "data")).toEqual(evaluateHost(network, weights, at).data);
    });
  }
});
