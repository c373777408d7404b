import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fork, normal, points, rngOf, uniform } from "@fluxion/core";
import { readSafetensors, writeSafetensors } from "@fluxion/io";
import { evaluateHost, NULL_LABEL, oneHot } from "@fluxion/train";
import { beforeAll, describe, expect, it } from "vitest";
import { withoutRuntime } from "../../../../conformance/engine.js";
import { emptyFolder, fluxion, jsonOf } from "../../../../tests/cli/harness.js";
import { nodeFiles } from "../files/index.js";
import { readWeights } from "../work/index.js";

const NETWORKS = {
  torchcfm: "{ width: 8, depth: 3, activation: selu, time: { kind: raw } }",
  mlp: "{ width: 8, depth: 2, activation: gelu, residual: true, time: { kind: fourier, count: 2 } }",
  "residual-mlp": "{ kind: residual-mlp, width: 8, depth: 2, time: { kind: sinusoidal, count: 3 } }",
  unet: "{ kind: unet, channels: 4, multipliers: [1, 2, 2], groups: 2, classes: 2, outputScale: 1, time: { kind: raw } }",
  gaussian: "{ width: 8, depth: 1, base: gaussian }",
} as const;

/** Pictures of 5 × 6 pixels in two classes, whose sides are odd on the way down. */
const PICTURES = "{ from: ./pictures.csv, labels: last, image: { width: 5, height: 6 } }";

const specOf = (network: string): string => `data: ${network.includes("unet") ? PICTURES : "moons:40"}
floor: { samples: 8 }
network: ${network}
train: { engine: jax, steps: 6, batch: 16, learningRate: 0.05, warmup: 0, ema: 0.5, evaluateEvery: 6, evaluationBatch: 16 }
`;

let cwd: string;
beforeAll(async () => {
  cwd = emptyFolder();
  const pixels = (row: number) => [...uniform(fork(rngOf(1), "row", row), new Float64Array(30))];
  const lines = Array.from({ length: 12 }, (_, row) => [...pixels(row), row % 2 === 0 ? "a" : "b"].join());
  writeFileSync(join(cwd, "pictures.csv"), `${lines.join("\n")}\n`);
  for (const [name, network] of Object.entries(NETWORKS)) {
    writeFileSync(join(cwd, `${name}.yaml`), specOf(network));
    const ran = await fluxion(cwd, ["train", `${name}.yaml`, "--out", name]);
    if (ran.code !== 0) throw new Error(ran.stderr);
  }
});

const run = (...args: string[]) => fluxion(cwd, ["export", ...args]);
const tensorsOf = (name: string) => readSafetensors(readFileSync(join(cwd, name))).tensors;

describe("fluxion export", () => {
  it("writes ONNX models that ONNX Runtime ran, of the running mean or the last step, and says how close they are", async (context) => {
    if (withoutRuntime !== undefined) context.skip(withoutRuntime);
    for (const more of [
      [],
      ["--weights", "last"],
      ["--sampler", "rk4", "--steps", "3"],
      ["--sampler", "euler", "--steps", "5"],
    ]) {
      const json = jsonOf(await run("mlp", ...more, "--json"));
      expect(json).toMatchObject({ format: "onnx", weights: more[1] === "last" ? "last" : "ema", check: { passed: true } });
      expect(Number(Reflect.get(Object(json.check), "difference"))).toBeLessThanOrEqual(1e-5);
    }
    const { stdout } = await run("mlp", "--out", "v.onnx");
    expect(stdout).toMatch(
      /^Wrote the velocity to v\.onnx, checked: ONNX Runtime and the host differ by \d\.\de-\d+ at 19 points\n$/,
    );
    const again = readFileSync(join(cwd, "v.onnx"));
    await run("mlp", "--out", "v.onnx");
    expect(readFileSync(join(cwd, "v.onnx"))).toEqual(again);
  });

  it("names the weights as torchcfm's MLP does where they are of that shape, and as Fluxion does else", async () => {
    const { stdout } = await run("torchcfm", "--format", "safetensors", "--out", "w.safetensors");
    expect(stdout).toBe(
      "Wrote the weights to w.safetensors; they load into torchcfm.models.MLP(dim=2, w=8, time_varying=True)\n",
    );
    expect(Object.entries(tensorsOf("w.safetensors")).map(([name, { shape }]) => [name, shape])).toEqual(
      [0, 2, 4, 6].flatMap((i) => {
        const [out, from] = [i < 6 ? 8 : 2, i > 0 ? 8 : 3];
        return [
          [`net.${i}.weight`, [out, from]],
          [`net.${i}.bias`, [out]],
        ];
      }),
    );
    await run("residual-mlp", "--format", "safetensors", "--out", "r.safetensors");
    expect(Object.keys(tensorsOf("r.safetensors"))).toContain("blocks.1.film.weight");
  });

  it("takes the weights of the last step where asked, which are not their running mean", async () => {
    await run("torchcfm", "--format", "safetensors", "--out", "ema.safetensors");
    await run("torchcfm", "--format", "safetensors", "--weights", "last", "--out", "last.safetensors");
    const state = readSafetensors(readFileSync(join(cwd, "torchcfm/checkpoints/step-000006.safetensors"))).tensors;
    expect(tensorsOf("last.safetensors")["net.0.weight"]).toEqual(state["theta.layers.0.weight"]);
    expect(tensorsOf("ema.safetensors")["net.0.weight"]).toEqual(state["ema.layers.0.weight"]);
    expect(tensorsOf("ema.safetensors")["net.0.weight"]).not.toEqual(tensorsOf("last.safetensors")["net.0.weight"]);
  });

  it("refuses what it would export in part, or what contradicts itself", async () => {
    expect((await run("gaussian")).stderr).toMatch(/Cannot export the network to onnx: it is added to the field of a Gaussian/);
    expect((await run("gaussian", "--format", "python")).code).toBe(2);
    expect((await run("mlp", "--steps", "3")).stderr).toMatch(/expected both or neither/);
    expect((await run("mlp", "--format", "python", "--sampler", "euler", "--steps", "3")).stderr).toMatch(
      /expected --format onnx/,
    );
    expect((await run("mlp", "--format", "python", "--out", "m.txt")).stderr).toMatch(/expected one that ends in \.py/);
    expect((await run("nowhere")).stderr).toMatch(/expected a run whose training has finished/);
  });

  const python = process.env.FLUXION_PYTHON;
  for (const name of ["torchcfm", "mlp", "residual-mlp", "unet"]) {
    it(`writes a PyTorch module of ${name} that gives the velocities of the host`, async (context) => {
      if (python === undefined) context.skip("FLUXION_PYTHON names no Python with PyTorch");
      await run(name, "--format", "python", "--out", `${name.replace("-", "_")}.py`);
      const { network, theta } = readWeights(nodeFiles, join(cwd, name, "model.safetensors"));
      const { dim, classes } = network;
      const t = [0, 0.25, 1];
      const x = points(normal(rngOf(2), new Float64Array(3 * dim)), dim);
      const label = Int32Array.of(1, NULL_LABEL, 0);
      const y = classes > 0 ? `, tensor(${JSON.stringify([...oneHot(label, classes)])}, ${classes})` : "";
      const script = `import json, sys, torch; sys.path.insert(0, "."); import ${name.replace("-", "_")} as m
tensor = lambda values, width: torch.tensor(values, dtype=torch.float64).reshape(3, width)
v = m.load().double()(tensor(${JSON.stringify(t)}, 1).flatten(), tensor(${JSON.stringify([...x.data])}, ${dim})${y})
print(json.dumps(v.flatten().tolist()))`;
      const found = JSON.parse(execFileSync(python ?? "", ["-c", script], { cwd, encoding: "utf8" })) as number[];
      const expected = evaluateHost(network, theta, { t, x, ...(classes > 0 ? { label } : {}) }).data;
      expect(expected.length).toBe(found.length);
      // Both sides compute in float64 with the same float32 weights.
      expected.forEach((v, i) => {
        expect(Math.abs(v - Number(found[i]))).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(v)));
      });
    });
  }
});

describe("weights between Fluxion and PyTorch", () => {
  const inPython = (script: string): number[] => {
    const text = execFileSync(process.env.FLUXION_PYTHON ?? "", ["-c", script], { cwd, encoding: "utf8" });
    return JSON.parse(text) as number[];
  };
  const [t, x] = [[0.5, 0.75], points(Float64Array.of(1, -0.5, 0.25, 2), 2)];

  it("load strictly into the layers of torchcfm's MLP, on [x, t], with the velocities of the host", async (context) => {
    if (process.env.FLUXION_PYTHON === undefined) context.skip("FLUXION_PYTHON names no Python with PyTorch");
    await run("torchcfm", "--format", "python", "--out", "strict.py");
    const found = inPython(`import json, sys, torch; sys.path.insert(0, "."); import strict as m
from torch import nn
class MLP(nn.Module):
    def __init__(self, dim, w):
        super().__init__()
        layers = [nn.Linear(dim + 1, w), nn.SELU(), nn.Linear(w, w), nn.SELU(), nn.Linear(w, w), nn.SELU(), nn.Linear(w, dim)]
        self.net = nn.Sequential(*layers)
own = m.load()
mlp = MLP(2, 8)
mlp.load_state_dict({name: own.w[name.replace(".", "_")] for name in own.names}, strict=True)
x = torch.tensor([[1, -0.5, 0.5], [0.25, 2, 0.75]]).double()
print(json.dumps(mlp.double().net(x).flatten().tolist()))`);
    const { network, theta } = readWeights(nodeFiles, join(cwd, "torchcfm", "model.safetensors"));
    const expected = evaluateHost(network, theta, { t, x }).data;
    for (const [i, v] of expected.entries())
      expect(Math.abs(v - Number(found[i]))).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(v)));
  });

  it("that PyTorch trained on come back by import, with PyTorch's velocities", async (context) => {
    if (process.env.FLUXION_PYTHON === undefined) context.skip("FLUXION_PYTHON names no Python with PyTorch");
    await run("residual-mlp", "--format", "python", "--out", "tuned.py");
    const found = inPython(`import json, sys, torch; sys.path.insert(0, "."); import tuned as m
network, t, x = m.load(), torch.tensor([0.5, 0.75]), torch.tensor([[1, -0.5], [0.25, 2]])
optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
for _ in range(5):
    optimizer.zero_grad()
    network(t, x).square().sum().backward()
    optimizer.step()
m.save(network, "tuned-further.safetensors")
print(json.dumps(network.double()(t.double(), x.double()).flatten().tolist()))`);
    const args = ["import", "residual-mlp.yaml", "--weights", "tuned-further.safetensors", "--out", "tuned"];
    expect((await fluxion(cwd, args)).code).toBe(0);
    const { network, theta } = readWeights(nodeFiles, join(cwd, "tuned", "model.safetensors"));
    const before = readWeights(nodeFiles, join(cwd, "residual-mlp", "model.safetensors")).theta;
    expect(theta).not.toEqual(before);
    const expected = evaluateHost(network, theta, { t, x }).data;
    for (const [i, v] of expected.entries())
      expect(Math.abs(v - Number(found[i]))).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(v)));
  });
});

describe("fluxion import", () => {
  it("makes a run of weights under PyTorch's names, with the velocities that they had", async () => {
    await run("torchcfm", "--format", "safetensors", "--out", "w.safetensors");
    const ran = await fluxion(cwd, ["import", "torchcfm.yaml", "--weights", "w.safetensors", "--out", "imported"]);
    expect([ran.stderr, ran.code]).toEqual(["", 0]);
    const sampled = ["--seed", "3", "-n", "5", "--solver", "rk4", "--steps", "4", "--json"];
    const [was, is] = [
      jsonOf(await fluxion(cwd, ["sample", "torchcfm", ...sampled])),
      jsonOf(await fluxion(cwd, ["sample", "imported", ...sampled])),
    ];
    expect(is.samples).toEqual(was.samples);
  });

  it("takes Fluxion's own names and float64", async () => {
    const own = tensorsOf("residual-mlp/model.safetensors");
    const wide = Object.entries(own).map(
      ([name, { shape, data }]) => [name, { dtype: "float64", shape, data: Float64Array.from(data as Float32Array) }] as const,
    );
    writeFileSync(join(cwd, "wide.safetensors"), writeSafetensors(Object.fromEntries(wide)));
    expect((await fluxion(cwd, ["import", "residual-mlp.yaml", "--weights", "wide.safetensors", "--out", "i2"])).code).toBe(0);
    expect(tensorsOf("i2/model.safetensors")).toEqual(own);
  });

  it("names the array that does not fit, and leaves no folder", async () => {
    const { "net.2.bias": _, ...rest } = tensorsOf("w.safetensors");
    const bias = { dtype: "float32", shape: [8], data: new Float32Array(8) } as const;
    const cases: [typeof rest, RegExp][] = [
      [rest, /"net\.2\.bias" is missing; expected shape \[8\]/],
      [{ ...rest, "net.2.bias": { ...bias, shape: [4, 2] } }, /"net\.2\.bias" is \[4, 2\]; expected shape \[8\]/],
      [{ ...rest, "net.2.bias": { ...bias, data: bias.data.map(() => Number.NaN) } }, /"net\.2\.bias" has NaN at 0/],
      [{ ...rest, "net.2.bias": bias, "net.8.bias": bias }, /"net\.8\.bias" is no array of the network/],
    ];
    for (const [tensors, message] of cases) {
      writeFileSync(join(cwd, "bad.safetensors"), writeSafetensors(tensors));
      const ran = await fluxion(cwd, ["import", "torchcfm.yaml", "--weights", "bad.safetensors", "--out", "never"]);
      expect([ran.stderr, ran.code]).toEqual([expect.stringMatching(message), 2]);
    }
    expect(nodeFiles.exists(join(cwd, "never"))).toBe(false);
  });
});
