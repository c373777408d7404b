import { atoms, normal, points, referenceBackend, rngOf, type ScanBackend } from "@fluxion/core";
import { expect, test } from "vitest";
import { type BackendCandidate, describeTrials, fastestBackend } from "./fastest-backend.js";

const data = atoms(points(normal(rngOf(1), new Float64Array(20)), 2));
const x = points(Float64Array.of(0.1, 0.2), 2);
const query = { alpha: 0.5, variance: 0.25, spread: false, top: 0, tangent: undefined };
const probe = { x, query, demand: { kind: "exact" } } as const;

/** A backend that takes `cost` ticks of a clock of its own, and tells when it is closed. */
function costing(name: string, cost: number, world: { now: number; closed: string[] }): BackendCandidate {
  return {
    name,
    async open(): Promise<ScanBackend> {
      const inner = referenceBackend(data);
      return {
        ...inner,
        name,
        scan(...question) {
          world.now += cost;
          return inner.scan(...question);
        },
        async close() {
          world.closed.push(name);
        },
      };
    },
  };
}

test("the fastest candidate is kept and the others are closed, in whatever order they come", async () => {
  for (const costs of [
    [3, 1, 2],
    [1, 2, 3],
    [3, 2, 1],
  ]) {
    const world = { now: 0, closed: [] as string[] };
    const candidates = costs.map((cost) => costing(`cost ${cost}`, cost, world));
    const { backend, trials } = await fastestBackend(candidates, probe, () => world.now);
    expect(backend.name).toBe("cost 1");
    expect(world.closed.sort()).toEqual(["cost 2", "cost 3"]);
    expect(trials.map(({ milliseconds }) => milliseconds)).toEqual(costs);
  }
});

test("a candidate that is missing or cannot keep the promise is told and passed over", async () => {
  const world = { now: 0, closed: [] as string[] };
  const missing: BackendCandidate = { name: "native", open: () => Promise.reject(new Error("not installed")) };
  const weak: BackendCandidate = {
    name: "weak",
    open: async () => ({ ...(await costing("weak", 1, world).open()), meets: new Set(["statistical"] as const) }),
  };
  const { backend, trials } = await fastestBackend([missing, weak, costing("good", 5, world)], probe, () => world.now);
  expect(backend.name).toBe("good");
  expect(world.closed).toEqual(["weak"]);
  expect(describeTrials(trials)).toBe(
    'native refused (not installed), weak refused (cannot promise "exact", only statistical), good 5.0 ms',
  );
  await expect(fastestBackend([missing], probe, () => world.now)).rejects.toThrow(
    "Cannot choose a backend: native refused (not installed); expected one that answers",
  );
});
