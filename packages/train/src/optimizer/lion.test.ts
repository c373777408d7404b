import { expect, it } from "vitest";
import { hostOps } from "../engine/host-ops.js";
import { type HostTensor, hostTensor } from "../engine/host-tensor.js";
import { lion } from "./lion.js";

it("moves by the rate along the sign of β₁m + (1−β₁)g, and not at all where that is zero", () => {
  const constants = { beta1: 0.5, beta2: 0.75, weightDecay: 0 };
  const state = { theta: hostTensor([1, 1, 1, 1], [4]), firstMoment: hostTensor([2, -2, 1, 0], [4]) };
  const step = { gradient: hostTensor([-1, 1, -1, 0], [4]), rate: hostTensor([0.25], [1]) };
  const { theta, firstMoment } = lion(hostOps, constants, state, step);
  expect([...(theta as HostTensor).data]).toEqual([0.75, 1.25, 1, 1]);
  expect([...(firstMoment as HostTensor).data]).toEqual([1.25, -1.25, 0.5, 0]);
});
