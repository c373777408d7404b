import { expect, it } from "vitest";
import { hostOps } from "../engine/host-ops.js";
import { type HostTensor, hostTensor } from "../engine/host-tensor.js";
import { adam } from "./adam.js";
import { adamW } from "./adamw.js";

const of = (v: number): HostTensor => hostTensor([v], [1]);
const state = { theta: of(2), firstMoment: of(0.3), secondMoment: of(0.1) };
const step = { rate: of(0.1), firstCorrection: of(1), secondCorrection: of(1) };
const constants = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };

it("is AdamW on the gradient g + λθ, and AdamW itself without decay", () => {
  const decayed = adam(hostOps, { ...constants, weightDecay: 0.5 }, state, { ...step, gradient: of(-0.25) });
  const plain = adamW(hostOps, { ...constants, weightDecay: 0 }, state, { ...step, gradient: of(0.75) });
  expect(decayed).toEqual(plain); // −0.25 + 0.5·2
  const gradient = of(0.75);
  expect(adam(hostOps, { ...constants, weightDecay: 0 }, state, { ...step, gradient })).toEqual(plain);
});
