import { expect, it } from "vitest";
import { pointsOf, zerosLike } from "../points/index.js";
import { evaluateEach } from "./evaluate-each.js";

const x = pointsOf([
  [1, 2],
  [3, 4],
]);
const t = Float64Array.of(10, -1);

it("gives every point its own time, whether the field fills `out` or answers with memory of its own", () => {
  const times = (time: number, data: Float64Array): Float64Array => data.map((v) => time * v);
  const filling = {
    evaluate(time: number, at: typeof x, out: typeof x) {
      out.data.set(times(time, at.data));
      return out;
    },
  };
  const answering = { evaluate: (time: number, at: typeof x) => ({ ...at, data: times(time, at.data) }) };
  for (const field of [filling, answering]) expect([...evaluateEach(field, t, x, zerosLike(x)).data]).toEqual([10, 20, -3, -4]);
});
