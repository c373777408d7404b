import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  atomPath,
  atoms,
  condOt,
  conventionNamed,
  drawBatch,
  estimate,
  fluxionConvention,
  pointsOf,
  rngOf,
  row,
  schedulerNamed,
  toySets,
  vp,
  zerosLike,
} from "@fluxion/core";
import { readSafetensors, writeSafetensors } from "@fluxion/io";
import { createLearner, jaxEngine } from "@fluxion/train";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../files/index.js";
import { createProgress } from "../progress/index.js";
import { parseSpec } from "../spec/index.js";
import { drawEvaluationBatch } from "./evaluation-batch.js";
import { measureFloor } from "./measure-floor.js";
import { modelBytes, networkOf, optimizerOf, readModel } from "./network-of.js";
import { posteriorStrip } from "./posterior-strip.js";
import { fieldFlow, type integratorOf, solverText, startingPoints } from "./sampling.js";

const silent = createProgress({ stderr: { write: () => undefined }, env: {}, now: () => 0, quiet: true });
const moonPath = atomPath(condOt(), atoms(toySets.moons?.(rngOf(0), 60) ?? pointsOf([[0, 0]])));
const { signal } = new AbortController();

describe("drawBatch", () => {
  it("gives x_t and u_t of the straight path, and grows without changing what it drew", () => {
    const { t, x0, z, xt, ut } = drawBatch(moonPath, rngOf(1), 50);
    for (let i = 0; i < xt.data.length; i++) {
      const time = t[Math.floor(i / 2)] ?? 0;
      const [from, to] = [x0.data[i] ?? 0, z.data[i] ?? 0];
      expect(xt.data[i]).toBeCloseTo((1 - time) * from + time * to, 13);
      expect(ut.data[i]).toBeCloseTo(to - from, 13);
    }
    const more = drawBatch(moonPath, rngOf(1), 80);
    expect(more.xt.data.subarray(0, 100)).toEqual(xt.data);
  });

  it("comes with the exact velocity of every point at its own time, the mean of the conditional ones", () => {
    const { t, xt, ut, exact } = drawEvaluationBatch(moonPath, rngOf(2), 3000);
    const single = zerosLike(pointsOf([[0, 0]]));
    moonPath.field.evaluate(t[7] ?? 0, { data: row(xt, 7), size: 1, dim: 2 }, single);
    expect(row(exact, 7)).toEqual(single.data);
    // E[u_t(x|z) − u_t(x)] = 0 in every coordinate, and the difference is uncorrelated with u_t(x). Eq. (M6)
    const difference = ut.data.map((v, i) => v - (exact.data[i] ?? 0));
    const product = difference.map((v, i) => v * (exact.data[i] ?? 0));
    for (const values of [difference.filter((_, i) => i % 2 === 0), difference.filter((_, i) => i % 2 === 1), product]) {
      const { mean, standardError } = estimate(values);
      expect(Math.abs(mean)).toBeLessThan(5 * standardError);
    }
  });
});

describe("measureFloor", () => {
  it("is the same number for the same seed, and within its error of another", () => {
    const [p, again, q] = [1, 1, 2].map((seed) => measureFloor(moonPath, { seed, samples: 64 }, silent));
    expect(again).toEqual(p);
    const error = Math.hypot(p?.standardError ?? 0, q?.standardError ?? 0);
    expect(Math.abs((p?.value ?? 0) - (q?.value ?? 0))).toBeLessThan(5 * error);
    expect(p?.value).not.toBe(q?.value);
  });
});

describe("a model file", () => {
  it.each(["none", "gaussian"])("gives back the same velocities, base %s", async (base) => {
    const spec = parseSpec(`data: moons:60\nnetwork: { width: 8, depth: 2, base: ${base} }\n`, { file: "s" });
    const engine = await jaxEngine();
    const network = networkOf(spec.network, { dim: 2 });
    const { gaussianBaseOf, baseFieldOf } = await import("./network-base.js");
    const gaussian = gaussianBaseOf(spec.network, moonPath);
    const field = gaussian && baseFieldOf(gaussian, spec.path);
    const learner = createLearner({
      engine,
      network,
      optimizer: optimizerOf(spec.train),
      rng: rngOf(3),
      ...(field ? { base: field } : {}),
    });
    await learner.step(drawBatch(moonPath, rngOf(4), 32));
    const folder = mkdtempSync(join(tmpdir(), "fluxion-model-"));
    const about = { path: "condOt", data: "d", step: 1, base: gaussian };
    const bytes = modelBytes(network, await learner.state(), about);
    writeFileSync(join(folder, "m.safetensors"), bytes);
    const model = readModel(nodeFiles, join(folder, "m.safetensors"), engine);
    expect(model).toMatchObject({ path: "condOt", data: "d", step: 1 });
    const x = pointsOf([
      [0.5, -1],
      [2, 0.25],
    ]);
    const expected = await learner.field({ ema: true }).evaluate(0.6, x, zerosLike(x));
    expect((await model.field.evaluate(0.6, x, zerosLike(x))).data).toEqual(expected.data);
    expect(modelBytes(network, await learner.state(), about)).toEqual(bytes);
  });
});

describe("the convention of a model file", () => {
  const rewritten = (change: (metadata: Record<string, string>) => Record<string, string>): string => {
    const network = networkOf(parseSpec(`data: moons:60\nnetwork: { width: 8, depth: 2 }\n`, { file: "s" }).network, { dim: 2 });
    const theta = network.init(rngOf(3));
    const state = { theta, firstMoment: theta, secondMoment: theta, ema: theta, steps: 0 };
    const { tensors, metadata } = readSafetensors(
      modelBytes(network, state, { path: "condOt", data: "d", step: 0, base: undefined }),
    );
    const file = join(mkdtempSync(join(tmpdir(), "fluxion-convention-")), "m.safetensors");
    writeFileSync(file, writeSafetensors(tensors, change(metadata)));
    return file;
  };

  it("is stated, and a model of equal meaning under another name is read", async () => {
    const engine = await jaxEngine();
    const file = rewritten((metadata) => {
      expect(JSON.parse(metadata.convention ?? "")).toEqual(fluxionConvention);
      return { ...metadata, convention: JSON.stringify(conventionNamed("torchcfm")) };
    });
    expect(readModel(nodeFiles, file, engine).path).toBe("condOt");
  });

  it("is refused where its clock runs the other way, where it is no convention, and where none is stated", async () => {
    const engine = await jaxEngine();
    const reading = (change: Parameters<typeof rewritten>[0]) => () => readModel(nodeFiles, rewritten(change), engine);
    const stating = (convention: string) => reading((metadata) => ({ ...metadata, convention }));
    expect(stating(JSON.stringify(conventionNamed("diffusers")))).toThrow("velocityRate -1 for 1");
    expect(stating("t=0 noise")).toThrow("is no JSON; expected that of a model that fluxion train wrote");
    expect(stating('{"name":"mine"}')).toThrow("states no clock and prediction");
    expect(reading(({ convention: _, ...rest }) => rest)).toThrow("describe no velocity network");
  });
});

describe("flows", () => {
  const exact = (solver: Parameters<typeof integratorOf>[0], stops?: readonly number[]) =>
    fieldFlow(moonPath, startingPoints(moonPath, 0, 5), { solver, progress: silent, signal, ...(stops ? { stops } : {}) });
  const adaptive = { solver: "dopri5", rtol: 1e-7, atol: 1e-9, steps: 1 } as const;

  it("keep the states at the stops, which an adaptive solve agrees on with one that ends there", () => {
    const { states, x } = exact(adaptive, [0.3, 0.7]);
    expect(states.length).toBe(3);
    expect(states[2]).toBe(x);
    const { states: more } = exact(adaptive, [0.1, 0.3, 0.5, 0.7]);
    [0, 1].forEach((k) => {
      const [p, q] = [states[k], more[2 * k + 1]];
      p?.data.forEach((v, i) => {
        expect(Math.abs(v - (q?.data[i] ?? 0))).toBeLessThan(1e-4); // tolerances of 1e-7 a step, grown by the field
      });
    });
  });

  it("end alike by every solver of enough steps, and start alike for network and field", () => {
    const reference = exact(adaptive).x.data;
    for (const solver of ["euler", "midpoint", "heun", "rk4"] as const) {
      const { x } = exact({ solver, rtol: 1, atol: 1, steps: 2000 });
      x.data.forEach((v, i) => {
        expect(Math.abs(v - (reference[i] ?? 0))).toBeLessThan(0.02);
      });
    }
    expect(startingPoints(moonPath, 3, 4)).toEqual(startingPoints(moonPath, 3, 4));
    const nearly = atomPath(vp(), moonPath.atoms);
    const far = startingPoints(nearly, 3, 4).data.some((v, i) => v !== startingPoints(moonPath, 3, 4).data[i]);
    expect(far).toBe(true); // vp starts from its own p_0, which is not quite N(0, I)
  });

  it("say how they are integrated", () => {
    expect(solverText(adaptive)).toBe("dopri5 (rtol 1e-7, atol 1e-9)");
    expect(solverText({ ...adaptive, solver: "euler" })).toBe("euler, 1 step");
  });
});

describe("posteriorStrip", () => {
  it("follows one pair: the effective number of points falls as t grows, whatever the scheduler", () => {
    for (const name of ["condOt", "cosine"]) {
      const ess = posteriorStrip(atomPath(schedulerNamed(name), moonPath.atoms), 0).map((column) => column.ess);
      expect(ess[0]).toBeGreaterThan(40);
      expect(ess.at(-1)).toBeLessThan(20);
    }
  });

  it("shows weights that fall, and where it shows all points, their mean is the denoiser", () => {
    const four = atoms(
      pointsOf([
        [0, 0],
        [1, 0],
        [0, 1],
        [2, 2],
      ]),
    );
    for (const { weights, top, denoiser } of posteriorStrip(atomPath(condOt(), four), 1)) {
      expect(top.size).toBe(4);
      expect([...weights]).toEqual([...weights].sort((p, q) => q - p));
      for (const d of [0, 1]) {
        const mean = weights.reduce((sum, w, k) => sum + w * (row(top, k)[d] ?? 0), 0);
        expect(mean).toBeCloseTo(denoiser.data[d] ?? 0, 13);
      }
    }
  });
});
