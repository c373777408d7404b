import { describe, expect, it } from "vitest";
import { points, pointsOf, row, rows } from "../points/index.js";
import { normal, rngOf, uniform } from "../random/index.js";
import { posteriorOn } from "./async-posterior.js";
import { atomPosterior } from "./atom-posterior.js";
import { certifyScan } from "./certify-scan.js";
import { referenceBackend } from "./reference-backend.js";
import { statisticalBackend } from "./statistical-backend.js";

const N = 2000;
const D = 3;
const z = points(normal(rngOf(1), new Float64Array(N * D)), D);
const equal = { points: z, logWeights: new Float64Array(N).fill(-Math.log(N)) };
const raw = uniform(rngOf(2), new Float64Array(N));
const total = raw.reduce((a, b) => a + b, 0);
const unequal = { points: z, logWeights: raw.map((w) => Math.log(w / total)) };
const B = 400;
const at = { alpha: 0.3, beta: 0.7 };
const noise = normal(rngOf(3), new Float64Array(B * D));
const x = points(
  noise.map((e, k) => at.alpha * z.data[k] + at.beta * e),
  D,
);
const query = { alpha: at.alpha, variance: at.beta ** 2, spread: true, top: 5, tangent: undefined };
const demand = { kind: "statistical", references: 200 } as const;

describe("a statistical backend", () => {
  it.each([
    ["different atoms of equal weight", equal, undefined],
    ["atoms of unequal weight, with replacement", unequal, undefined],
    ["atoms of unequal weight, without replacement", unequal, false],
    ["atoms of equal weight, with replacement", equal, true],
  ])("states the standard error of its mean: %s", async (_, atoms, replacement) => {
    const options = { rng: rngOf(7), ...(replacement === undefined ? {} : { replacement }) };
    const { moments, certificate } = await posteriorOn(statisticalBackend(atoms, options)).evaluate(x, at, {}, demand);
    const exact = atomPosterior(atoms).evaluate(x, at).denoiser;
    let [off, stated] = [0, 0];
    for (let b = 0; b < B; b++) {
      const error = row(moments.denoiser, b).reduce((s, v, d) => s + (v - row(exact, b)[d]) ** 2, 0);
      off += error / B;
      stated += (certificate.bound?.[b] ?? Number.NaN) ** 2 / B;
    }
    // 400 points with 3 coordinates: the ratio of two means of about 1200 squares scatters by 5 %; a ratio estimator of
    // 200 draws of which some 100 count has a bias of that order too
    expect(off / stated).toBeGreaterThan(0.8);
    expect(off / stated).toBeLessThan(1.25);
    expect(certificate.promise).toBe("statistical");
    expect(certificate.evaluations + certificate.skipped).toBe(B * N);
    expect(moments.bound).toBeUndefined();
  });

  it("estimates the density without bias", async () => {
    const backend = statisticalBackend(unequal, { rng: rngOf(8) });
    const { state } = await backend.scan(x, query, demand);
    const exact = (await referenceBackend(unequal).scan(x, query, { kind: "exact" })).state;
    const ratios = state.mass.map((m, b) => Math.exp(state.top[b] + Math.log(m) - exact.top[b] - Math.log(exact.mass[b])));
    const mean = ratios.reduce((a, r) => a + r / B, 0);
    const deviation = Math.sqrt(ratios.reduce((a, r) => a + (r - mean) ** 2 / B, 0) / B);
    expect(Math.abs(mean - 1)).toBeLessThan(5 * deviation); // five standard errors of 400 independent draws
  });

  it("gives the same bytes to the same question, alone or in a batch, and others to another seed", async () => {
    const backend = statisticalBackend(equal, { rng: rngOf(7) });
    const few = rows(x, 0, 3);
    const first = await backend.scan(few, query, demand);
    expect(await backend.scan(few, query, demand)).toEqual(first);
    const alone = await backend.scan(rows(x, 2, 3), query, demand);
    expect([...alone.state.mean.data]).toEqual([...row(first.state.mean, 2)]);
    const other = await statisticalBackend(equal, { rng: rngOf(9) }).scan(few, query, demand);
    expect(other.state.mean.data).not.toEqual(first.state.mean.data);
  });

  it("with all atoms as references is the reference, and says so", async () => {
    const few = rows(x, 0, 4);
    const all = await statisticalBackend(equal, { rng: rngOf(7) }).scan(few, query, { kind: "statistical", references: N + 5 });
    const exact = await referenceBackend(equal).scan(few, query, { kind: "exact" });
    for (const [k, v] of all.state.mean.data.entries()) expect(v).toBeCloseTo(exact.state.mean.data[k], 12);
    expect([...all.state.best.indices]).toEqual([...exact.state.best.indices]);
    expect(Math.max(...all.error.mean)).toBeLessThan(1e-11);
  });

  it("names the atoms that were drawn, and proves nothing", async () => {
    const backend = statisticalBackend(unequal, { rng: rngOf(7) });
    const scan = await backend.scan(rows(x, 0, 1), { ...query, tangent: rows(x, 1, 2) }, demand);
    const i = scan.state.best.indices[0];
    const exact = (await referenceBackend(unequal).scan(rows(x, 0, 1), { ...query, top: N }, { kind: "exact" })).state.best;
    const unit = exact.logits[exact.indices.indexOf(i)] - unequal.logWeights[i]; // −‖x − αz‖²/2v
    const count = Math.exp(scan.state.best.logits[0] - unit) * 200;
    expect(count).toBeCloseTo(Math.round(count), 9);
    expect(certifyScan(scan, backend, query).mean[0]).toBe(Infinity);
    expect(scan.state.tangent?.data.every(Number.isFinite)).toBe(true);
  });

  it("refuses fewer than two references, other promises, and scans after close", async () => {
    const backend = statisticalBackend(equal, { rng: rngOf(7) });
    const few = rows(x, 0, 1);
    for (const references of [1, 0, 2.5]) {
      await expect(backend.scan(few, query, { kind: "statistical", references })).rejects.toThrow("at least 2");
    }
    await expect(backend.scan(few, query, { kind: "exact" })).rejects.toThrow('Cannot promise "exact"');
    await expect(backend.scan(pointsOf([[1]]), query, demand)).rejects.toThrow(RangeError);
    await backend.close();
    await expect(backend.scan(few, query, demand)).rejects.toThrow("is closed");
  });
});
