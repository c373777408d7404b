import { describe, expect, it } from "vitest";
import { points, pointsOf, zerosLike } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { asyncField } from "./async-field.js";
import { posteriorOn } from "./async-posterior.js";
import { atomPosterior } from "./atom-posterior.js";
import { marginalField } from "./marginal-field.js";
import type { Quantity } from "./quantity.js";
import { referenceBackend } from "./reference-backend.js";
import type { ScanBackend } from "./scan-backend.js";

const z = points(normal(rngOf(1), new Float64Array(60)), 3);
const atoms = { points: z, logWeights: new Float64Array(20).fill(-Math.log(20)) };
const x = points(normal(rngOf(2), new Float64Array(12)), 3);
const names: readonly Quantity[] = ["velocity", "denoiser", "score", "logDensity", "entropy", "divergence"];

describe("a field on a backend", () => {
  it.each([0, 0.4])("is the marginal field with bandwidth %s, with the same certificate", async (bandwidth) => {
    const here = marginalField(condOt(), atomPosterior(atoms, { bandwidth }));
    const there = asyncField(condOt(), posteriorOn(referenceBackend(atoms), { bandwidth }));
    for (const t of [0, 0.3, 0.9, ...(bandwidth > 0 ? [1] : [])]) {
      const [a, b] = [here.quantities(t, x, names, { top: 3 }), await there.quantities(t, x, names, { top: 3 })];
      expect(b).toEqual(a);
      expect(await there.evaluate(t, x, zerosLike(x))).toEqual(here.evaluate(t, x, zerosLike(x)));
      expect(a.certificate.bound).toHaveLength(4);
      expect(Math.max(...(a.certificate.bound ?? []))).toBeLessThan(1e-12);
    }
  });

  it("asks a backend for the means alone where these suffice, and for all sums otherwise", async () => {
    const reference = referenceBackend(atoms);
    const asked: unknown[] = [];
    const backend: ScanBackend = {
      ...reference,
      scan(at, query, demand) {
        asked.push(query.sums ?? "all");
        return reference.scan(at, query, demand);
      },
    };
    const field = asyncField(condOt(), posteriorOn(backend));
    const full = await field.quantities(0.4, x, ["velocity", "denoiser", "noise", "score", "entropy"]);
    const few = await field.quantities(0.4, x, ["velocity", "denoiser", "noise", "score"]);
    const { entropy: _, ...rest } = full.values;
    expect(few).toEqual({ ...full, values: rest });
    await field.evaluate(0.4, x, zerosLike(x));
    await field.quantities(0.4, x, ["velocity"], { top: 2 });
    await field.quantities(0.4, x, ["velocity", "divergence"]);
    expect(asked).toEqual(["all", "mean", "mean", "all", "all"]);
    await expect(field.quantities(0.4, x, ["velocity"], { top: -1 })).rejects.toThrow("their number is -1");
  });

  it("knows a smoothed mean without sums", async () => {
    const backend = referenceBackend(atoms);
    const bare: ScanBackend = {
      ...backend,
      async scan(at, query, demand) {
        const scan = await backend.scan(at, query, demand);
        const [none, one] = [scan.state.top.map(() => 0), scan.state.top.map(() => 1)];
        const unknown = one.map(() => Infinity);
        const state = { ...scan.state, top: none, mass: one, massSquared: one, logitSum: none };
        return { ...scan, state, error: { ...scan.error, mass: unknown, shift: unknown } };
      },
    };
    const [whole, without] = [backend, bare].map((one) => asyncField(condOt(), posteriorOn(one, { bandwidth: 0.3 })));
    const [a, b] = [await whole.quantities(0.6, x, ["velocity"]), await without.quantities(0.6, x, ["velocity"])];
    expect(b.values).toEqual(a.values);
    expect(Math.max(...(b.certificate.bound ?? []))).toBeLessThan(1e-12);
  });

  it("meets a demand or refuses it with the bound that it reached", async () => {
    const field = asyncField(condOt(), posteriorOn(referenceBackend(atoms)));
    const at = (epsilon: number) => field.quantities(0.5, x, ["velocity"], { demand: { kind: "certified", epsilon } });
    expect((await at(1e-12)).certificate.promise).toBe("certified");
    await expect(at(1e-17)).rejects.toThrow(/Cannot certify 1e-17: the bound of point \d is .* of the radius of the data/);
    const statistical = field.quantities(0.5, x, ["velocity"], { demand: { kind: "statistical", references: 5 } });
    await expect(statistical).rejects.toThrow('Cannot promise "statistical": the backend "reference" cannot');
  });

  it("takes the limit at the data where it has one, and refuses it where not", async () => {
    const limit = (at: typeof x, top: number) => atomPosterior(atoms).limit(at, top);
    const field = asyncField(condOt(), posteriorOn(referenceBackend(atoms), { limit }));
    const found = await field.quantities(1, x, ["denoiser"]);
    expect(found.values).toEqual(marginalField(condOt(), atomPosterior(atoms)).quantities(1, x, ["denoiser"]).values);
    const without = asyncField(condOt(), posteriorOn(referenceBackend(atoms)));
    await expect(without.quantities(1, x, ["denoiser"])).rejects.toThrow("does not hold the atoms in float64");
    const smooth = posteriorOn(referenceBackend(atoms), { bandwidth: 1 });
    await expect(smooth.limit(x)).rejects.toThrow("expected evaluate, also at β = 0");
  });

  it("refuses a negative bandwidth, and directions that do not fit", async () => {
    expect(() => posteriorOn(referenceBackend(atoms), { bandwidth: -1 })).toThrow(RangeError);
    const posterior = posteriorOn(referenceBackend(atoms));
    const ask = posterior.evaluate(x, { alpha: 0.5, beta: 0.5 }, { tangent: pointsOf([[1, 2, 3]]) }, { kind: "exact" });
    await expect(ask).rejects.toThrow("directions are [1, 3]; expected [4, 3]");
  });
});
