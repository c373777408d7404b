/** The step size η_k of step k = 0, 1, …, as plain data. */
export type LearningRateSpec =
  | {
      /** η_k = rate. */
      readonly kind: "constant";
      readonly rate: number;
      /** η_k = rate·(k+1)/warmup for the first `warmup` steps. @defaultValue 0 */
      readonly warmup?: number;
    }
  | {
      /** After the warm-up, half a cosine from `rate` to `final` that ends at step `steps`; `final` afterwards. */
      readonly kind: "cosine";
      readonly rate: number;
      /** Length of the whole schedule, warm-up included. */
      readonly steps: number;
      /** @defaultValue 0 */
      readonly warmup?: number;
      /** @defaultValue 0 */
      readonly final?: number;
    };

/**
 * The schedule k ↦ η_k of a spec; a number is a constant rate.
 * @throws RangeError for rates that are not positive and finite, or a warm-up longer than the schedule.
 */
export function learningRate(spec: LearningRateSpec | number): (step: number) => number {
  if (typeof spec === "number") return learningRate({ kind: "constant", rate: spec });
  const known = ["kind", "rate", "warmup", ...(spec.kind === "cosine" ? ["steps", "final"] : [])];
  for (const key of Object.keys(spec)) {
    if (!known.includes(key)) refuse(`"${key}" is not an option of "${spec.kind}"`, `one of ${known.join(", ")}`);
  }
  const { rate, warmup = 0 } = spec;
  if (!(rate > 0 && rate < Infinity)) refuse(`rate is ${rate}`, "a positive finite number");
  if (!Number.isSafeInteger(warmup) || warmup < 0) refuse(`warmup is ${warmup}`, "a number of steps ≥ 0");
  const after = decay(spec, warmup);
  return (step) => (step < warmup ? (rate * (step + 1)) / warmup : after(step));
}

/** η_k after the warm-up. */
function decay(spec: LearningRateSpec, warmup: number): (step: number) => number {
  switch (spec.kind) {
    case "constant":
      return () => spec.rate;
    case "cosine": {
      const { rate, steps, final = 0 } = spec;
      if (!Number.isSafeInteger(steps) || steps <= warmup)
        refuse(`steps is ${steps}`, `more than the ${warmup} steps of warm-up`);
      if (!(final >= 0 && final <= rate)) refuse(`final is ${final}`, `a number from 0 to the rate ${rate}`);
      return (step) => {
        const progress = Math.min((step - warmup) / (steps - warmup), 1);
        return final + 0.5 * (rate - final) * (1 + Math.cos(Math.PI * progress));
      };
    }
    default: {
      const { kind } = spec satisfies never as { kind: unknown };
      return refuse(`kind is "${String(kind)}"`, "one of constant, cosine");
    }
  }
}

function refuse(found: string, expected: string): never {
  throw new RangeError(`Cannot schedule the learning rate: ${found}; expected ${expected}`);
}
