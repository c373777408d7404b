import { describe, expect, test } from "vitest";
import { pointOf, spin, witch } from "../../../../tests/support/ode-problems.js";
import type { Points } from "../points/index.js";
import { adaptive } from "./adaptive.js";
import { dopri5 } from "./dormand-prince.js";
import { rungeKutta } from "./runge-kutta.js";
import { type Solve, solve } from "./solve.js";
import { solveAsync } from "./solve-async.js";
import { requireWanted } from "./solve-options.js";
import { rk4 } from "./tableau.js";
import { uniformGrid } from "./time-grid.js";
import type { VectorField } from "./vector-field.js";
import { type NormedSpace, pointSpace } from "./vector-space.js";

/** `pointSpace` with an account of the states that were made and not freed. */
function accounting(): { space: NormedSpace<Points>; alive: Set<Points> } {
  const alive = new Set<Points>();
  const space: NormedSpace<Points> = {
    ...pointSpace,
    like(x) {
      const made = pointSpace.like(x);
      alive.add(made);
      return made;
    },
    free(x) {
      if (!alive.delete(x)) throw new Error("A state was freed twice, or was never made");
    },
  };
  return { space, alive };
}

/** Calls of a field are counted from outside, to compare with what a solution says. */
function counted(field: VectorField): VectorField & { calls: number } {
  return {
    calls: 0,
    evaluate(t, x, out) {
      this.calls++;
      return field.evaluate(t, x, out);
    },
  };
}

const solvers: [name: string, make: (space: NormedSpace<Points>) => Solve<Points>][] = [
  ["fixed steps", (space) => rungeKutta(space, rk4, pointOf(1, 0), uniformGrid(10))],
  ["adaptive steps", (space) => adaptive(space, dopri5, pointOf(1, 0), [0, 2])],
];

describe.each(solvers)("%s", (_, make) => {
  test("the number of evaluations is the number of calls of the field", () => {
    const field = counted(spin.field);
    expect(solve(make(pointSpace), field).nfe).toBe(field.calls);
    expect(field.calls).toBeGreaterThan(0);
  });

  test("synchronous and asynchronous fields give the same bits", async () => {
    const later: VectorField<Points, Promise<Points>> = {
      evaluate: (t, x, out) => Promise.resolve().then(() => spin.field.evaluate(t, x, out)),
    };
    const now = solve(make(pointSpace), spin.field);
    expect(await solveAsync(make(pointSpace), later)).toEqual(now);
    expect(await solveAsync(make(pointSpace), spin.field)).toEqual(now);
  });

  test("progress is told after every evaluation", async () => {
    const seen: [number, number][] = [];
    const { nfe } = solve(make(pointSpace), spin.field, { onProgress: (n, t) => seen.push([n, t]) });
    expect(seen.map(([n]) => n)).toEqual(Array.from({ length: nfe }, (_, i) => i + 1));
    expect(seen[0][1]).toBe(0);
    const later: [number, number][] = [];
    await solveAsync(make(pointSpace), spin.field, { onProgress: (n, t) => later.push([n, t]) });
    expect(later).toEqual(seen);
  });

  test("only the state of the outcome is left, and the caller owns it", () => {
    const { space, alive } = accounting();
    const { y } = solve(make(space), spin.field);
    expect([...alive]).toEqual([y]);
  });

  test("an abort ends it before the next evaluation and frees every state", async () => {
    for (const run of [solve, solveAsync] as const) {
      const { space, alive } = accounting();
      const field = counted(spin.field);
      const signal = { aborted: false };
      const onProgress = (nfe: number): void => {
        signal.aborted = nfe === 7;
      };
      await expect(async () => run(make(space), field, { signal, onProgress })).rejects.toMatchObject({
        name: "AbortError",
        message: expect.stringMatching(
          /^Cannot finish the solve: it was aborted at t = .* after 7 evaluations; expected no abort$/,
        ),
      });
      expect(field.calls).toBe(7);
      expect(alive.size).toBe(0);
    }
  });

  test("a signal's own reason is what is thrown", async () => {
    const controller = new AbortController();
    controller.abort(new Error("the reader left"));
    expect(() => solve(make(pointSpace), spin.field, controller)).toThrow("the reader left");
    await expect(solveAsync(make(pointSpace), spin.field, controller)).rejects.toThrow("the reader left");
  });

  test("an error of the field passes through and frees every state", async () => {
    const failing: VectorField = {
      evaluate(t, x, out) {
        if (t > 0.3) throw new RangeError(`no field at t = ${t}`);
        return spin.field.evaluate(t, x, out);
      },
    };
    const rejecting: VectorField<Points, Promise<Points>> = { evaluate: async (t, x, out) => failing.evaluate(t, x, out) };
    const [now, later] = [accounting(), accounting()];
    expect(() => solve(make(now.space), failing)).toThrow("no field at t = ");
    await expect(solveAsync(make(later.space), rejecting)).rejects.toThrow("no field at t = ");
    expect([now.alive.size, later.alive.size]).toEqual([0, 0]);
  });
});

test("an error of a hook passes through and frees every state", () => {
  const { space, alive } = accounting();
  const onStep = (n: number): void => {
    if (n === 2) throw new Error("the disk is full");
  };
  expect(() => solve(rungeKutta(space, rk4, pointOf(1), uniformGrid(5), { onStep }), witch.field)).toThrow("the disk is full");
  expect(alive.size).toBe(0);
});

test("a solve that stops early hands over its last state", () => {
  const { space, alive } = accounting();
  const { y, status } = solve(adaptive(space, dopri5, pointOf(1, 0), [0, 2], { maxSteps: 3 }), spin.field);
  expect(status).toBe("maxSteps");
  expect([...alive]).toEqual([y]);
});

test("a solve is wanted until its signal is aborted", () => {
  requireWanted({}, 0, 0);
  requireWanted({ signal: { aborted: false, reason: "none" } }, 0, 0);
  expect(() => requireWanted({ signal: { aborted: true } }, 3, 0.5)).toThrow(
    "Cannot finish the solve: it was aborted at t = 0.5 after 3 evaluations; expected no abort",
  );
});
