import { normal, points, rngOf, zeros, zerosLike } from "@fluxion/core";
import { expect, it } from "vitest";
import { hostOps, hostTensor, jaxEngine } from "../engine/index.js";
import { buildNetwork } from "../network/index.js";
import { buildOptimizer } from "../optimizer/index.js";
import { createLearner, type LearnerOptions } from "./learner.js";

const engine = await jaxEngine();
const network = buildNetwork({ kind: "mlp", dim: 2, width: 8, depth: 2, times: 2 });
const common = { engine, network, optimizer: buildOptimizer(), rng: rngOf(1) };
const x = points(normal(rngOf(2), new Float64Array(10)), 2);

it("a jump is the step by the network's mean velocity, in place too, and none from a time to itself", async () => {
  const learner = createLearner({ ...common, objective: "meanFlow" });
  const map = learner.flowMap();
  const theta = (await learner.state()).theta;
  const times = Array.from({ length: 5 }, () => [0.3, 0.8]).flat();
  const inputs = [hostTensor(theta, [theta.length]), hostTensor(times, [5, 2]), hostTensor(x.data, [5, 2])] as const;
  const mean = network.apply(hostOps, ...inputs) as unknown as { readonly data: Float64Array };
  const out = await map.jump(x, 0.3, 0.8, zerosLike(x));
  // float32 against float64: a few hundred roundings of 2⁻²⁴ on values of order 1
  out.data.forEach((v, i) => {
    expect(Math.abs(v - (Number(x.data[i]) + 0.5 * Number(mean.data[i])))).toBeLessThan(1e-5);
  });
  const copy = { ...x, data: x.data.slice() };
  expect((await map.jump(copy, 0.3, 0.8, copy)).data).toEqual(out.data);
  expect((await map.jump(x, 0.4, 0.4, zerosLike(x))).data).toEqual(x.data);
});

it("the velocity field of two times is the mean velocity of no time", async () => {
  const learner = createLearner({ ...common, objective: "meanFlow" });
  const velocity = await learner.field().evaluate(0.5, x, zerosLike(x));
  const near = await learner.flowMap().jump(x, 0.5, 0.5 + 2 ** -10, zerosLike(x));
  near.data.forEach((v, i) => {
    // u(x, t, r) differs from u(x, t, t) by its slope in r times 2⁻¹⁰; fourier features have slopes up to 8π a layer.
    expect(Math.abs((v - Number(x.data[i])) * 2 ** 10 - Number(velocity.data[i]))).toBeLessThan(0.1);
  });
});

it("what an objective cannot be trained with, and what a map cannot do, is refused", async () => {
  const options = (change: Partial<LearnerOptions>) => () => createLearner({ ...common, ...change });
  const one = buildNetwork({ kind: "mlp", dim: 2, width: 8, depth: 1 });
  expect(options({ objective: "meanFlow", network: one })).toThrow("the network takes times: 1; expected times: 2");
  expect(options({ objective: "consistency" })).toThrow("the network takes times: 2; expected times: 1");
  expect(options({ objective: "meanFlow", prediction: { kind: "denoiser", scheduler: { name: "x" } } as never })).toThrow(
    'there is the prediction "denoiser"',
  );
  expect(() => options({})().flowMap()).toThrow('the objective is "velocity"');
  const map = options({ objective: "meanFlow" })().flowMap();
  await expect(map.jump(x, 0, 1.5, zerosLike(x))).rejects.toThrow("expected times in [0, 1]");
  await expect(map.jump(x, 0, 1, zeros(4, 2))).rejects.toThrow("out is [4, 2]; expected [5, 2] for both");
});
