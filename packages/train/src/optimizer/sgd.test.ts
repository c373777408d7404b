import { expect, it } from "vitest";
import { hostOps } from "../engine/host-ops.js";
import { type HostTensor, hostTensor } from "../engine/host-tensor.js";
import { sgd } from "./sgd.js";

const of = (v: number): HostTensor => hostTensor([v], [1]);

it("sums a constant gradient to the terminal velocity g/(1 − μ), and Nesterov is one step of it ahead", () => {
  for (const nesterov of [false, true]) {
    let state = { theta: of(0), firstMoment: of(0) } as ReturnType<typeof sgd>;
    let before = state.theta;
    for (let k = 0; k < 200; k++) {
      before = state.theta;
      state = sgd(hostOps, { momentum: 0.8, nesterov, weightDecay: 0 }, state, { gradient: of(3), rate: of(0.5) });
    }
    const moved = Number((before as HostTensor).data[0]) - Number((state.theta as HostTensor).data[0]);
    expect(moved).toBeCloseTo((0.5 * 3) / 0.2, 10); // 0.8^200 = 4e-20; θ is about 1500
  }
});
