import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeIssue, placeOf } from "./describe-issue.js";
import { editDistance, nearest } from "./nearest.js";
import { parseSpec, specText } from "./parse-spec.js";
import { specSchema } from "./schema.js";
import { applySettings } from "./set-key.js";
import { parseSource } from "./source.js";
import { strict, whole } from "./strict.js";

const parse = (text: string, settings: string[] = []) => parseSpec(text, { file: "s.yaml", settings });

/** The sentence with which a text is refused. */
function refusal(text: string, settings: string[] = []): string {
  try {
    parse(text, settings);
  } catch (error) {
    expect(error instanceof RangeError || error instanceof SyntaxError).toBe(true);
    return (error as Error).message;
  }
  throw new Error("the spec was accepted");
}

describe("parseSpec", () => {
  it("fills in every default, and reads its own text back to the same value", () => {
    const spec = parse("data: moons:500\n");
    expect(spec.data).toEqual({ from: "moons:500", bandwidth: 0 });
    expect(spec.path).toBe("condOt");
    expect(spec.train.steps).toBeGreaterThan(0);
    expect(parse(specText(spec))).toEqual(spec);
  });

  it("leaves pairs independent where no coupling is named, and keeps one that is", () => {
    expect(specText(parse("data: digits"))).not.toContain("coupling");
    for (const coupling of ["independent", "ot", "sinkhorn:0.05", "unbalanced:0.05,1", "partial:0.9"]) {
      expect(parse(`{ data: digits, train: { coupling: "${coupling}" } }`).train.coupling).toBe(coupling);
    }
  });

  it("takes a network without a kind for a multilayer perceptron, and gives every kind its own defaults", () => {
    const networkOf = (text: string) => parse(`data: digits\n${text}`).network;
    const mlp = networkOf("");
    expect(mlp).toMatchObject({ kind: "mlp", width: 256, depth: 3, residual: false, classes: 0, outputScale: 1 });
    expect(networkOf("network: { width: 256 }")).toEqual(mlp);
    const residual = networkOf("network: { kind: residual-mlp, classes: 10 }");
    expect(residual).toMatchObject({ kind: "residual-mlp", width: 256, depth: 3, classes: 10 });
    expect(residual).not.toHaveProperty("residual");
    expect(networkOf("network: { kind: unet }")).toMatchObject({
      kind: "unet",
      channels: 32,
      multipliers: [1, 2, 2],
      blocks: 1,
      heads: 1,
      groups: 8,
      outputScale: 0,
    });
    const text = "data: digits\nnetwork: { kind: unet, classes: 10, multipliers: [1, 2] }";
    expect(parse(specText(parse(text)))).toEqual(parse(text));
  });

  it("leaves the target to the pairs where none is named, and keeps one that is", () => {
    expect("target" in parse("data: digits").train).toBe(false);
    expect(specText(parse("data: digits"))).not.toContain("target");
    for (const target of ["exact", "conditional", { efm: 64 }, { grid: [4, 8, 8] as const }]) {
      const spec = parse(`{ data: digits, train: { target: ${JSON.stringify(target)} } }`);
      expect(spec.train.target).toEqual(target);
      expect(parse(specText(spec))).toEqual(spec);
    }
  });

  it("reads JSON as well", () => {
    expect(parse('{"name": "j", "data": {"from": "digits"}, "train": {"steps": 7}}')).toMatchObject({
      name: "j",
      data: { from: "digits" },
      train: { steps: 7 },
    });
  });

  it("takes the name of the caller unless the spec has one", () => {
    expect(parseSpec("data: digits", { file: "x", name: "given" }).name).toBe("given");
    expect(parseSpec("data: digits\nname: own", { file: "x", name: "given" }).name).toBe("own");
  });

  it("refuses an unknown key with its line, its place and the nearest known key", () => {
    expect(refusal("data: digits\ntrain:\n  steps: 3\n  learningrate: 1\n")).toMatch(
      /^Cannot read the spec s\.yaml:4: unknown key "train\.learningrate"; expected "learningRate", or another of engine, threads, steps, batch, /,
    );
    expect(refusal("dta: digits\ndata: digits")).toMatch(
      /^Cannot read the spec s\.yaml:1: unknown key "dta"; expected "data", or /,
    );
    expect(refusal("data: digits\nqwertyuiop: 1")).toMatch(/unknown key "qwertyuiop"; expected one of name, seed, data, path/);
    expect(refusal("data:\n  from: digits\n  image: { width: 8, hight: 8 }")).toContain(
      ':3: unknown key "data.image.hight"; expected "height"',
    );
  });

  it.each([
    ["data: digits\nseed: 1.5", 's.yaml:2: "seed" is 1.5; expected a whole number'],
    ["data: digits\nseed: -1", 's.yaml:2: "seed" is -1; expected at least 0'],
    ["data: digits\ntrain: { steps: many }", 's.yaml:2: "train.steps" is "many"; expected a number'],
    ["data: digits\ntrain: { ema: 1 }", 's.yaml:2: "train.ema" is 1; expected less than 1'],
    ["data: digits\ntrain: { learningRate: 0 }", 's.yaml:2: "train.learningRate" is 0; expected more than 0'],
    ["data: digits\ntrain: { learningRate: .nan }", '"train.learningRate" is NaN; expected a number'],
    ["data: digits\ntrain: { learningRate: .inf }", '"train.learningRate" is Infinity; expected a number'],
    ["data: digits\ntrain: 3", 's.yaml:2: "train" is 3; expected a group of keys'],
    [
      "data: digits\nsample: { solver: rk5 }",
      's.yaml:2: "sample.solver" is "rk5"; expected one of euler, midpoint, heun, rk4, dopri5',
    ],
    ["data: digits\npath: straight", 's.yaml:2: "path" is "straight"; expected one of condOt, polynomial, cosine'],
    [
      "data: digits\ntrain: { target: precise }",
      's.yaml:2: "train.target" is "precise"; expected conditional, exact, { efm: M } with M points of the data, or { grid: [J, B, T] }',
    ],
    [
      "data: digits\ntrain: { coupling: emd }",
      's.yaml:2: "train.coupling" is "emd"; expected one of independent, ot, sinkhorn, unbalanced, partial, with its numbers as in sinkhorn:0.05, unbalanced:0.05,1 or partial:0.9',
    ],
    ["data: digits\ntrain: { coupling: c2ot }", '"train.coupling" is "c2ot"; expected one of independent, ot,'],
    ["data: digits\ntrain: { coupling: 'sinkhorn:-1' }", '"train.coupling" is "sinkhorn:-1"; expected one of'],
    ["data: digits\ntrain: { target: exact, coupling: ot }", '"train.coupling" is "ot"; expected independent where train.target'],
    ["data: digits\nnetwork: { kind: u-net }", 's.yaml:2: "network.kind" is "u-net"; expected one of mlp, residual-mlp, unet'],
    [
      "data: digits\nnetwork: { kind: unet, width: 8 }",
      'unknown key "network.width"; expected one of kind, channels, multipliers',
    ],
    [
      "data: digits\nnetwork: { clases: 10 }",
      'unknown key "network.clases"; expected "classes", or another of kind, width, depth',
    ],
    ["data: digits\nnetwork: { kind: unet, multipliers: [] }", '"network.multipliers" is []; expected at least 1'],
    ["data: digits\ntrain: { labelDropout: 2 }", '"train.labelDropout" is 2; expected at most 1'],
    ["data: digits\ntrain: { target: { efm: 0 } }", '"train.target.efm" is 0; expected at least 1'],
    ["data: digits\ntrain: { batch: 9, target: { grid: [2, 2, 2] } }", '"train.batch" is 9; expected J·B·T of train.target.grid'],
    ["data: digits\nname: ../elsewhere", '"name" is "../elsewhere"; expected a text of letters, digits'],
    ["data: { from: x.csv, scale: { factor: 0 } }", '"data.scale.factor" is 0; expected a number that is not 0'],
    ["seed: 1", 'Cannot read the spec s.yaml: "data" is missing; expected a group of keys'],
    ["data: { bandwidth: 1 }", '"data.from" is missing; expected a text'],
    ["- 1\n- 2", "Cannot read the spec s.yaml: the spec is [1,2]; expected a group of keys"],
    ["", "Cannot read the spec s.yaml: the spec is null; expected a group of keys"],
  ])("refuses %j", (text, sentence) => {
    expect(refusal(text)).toContain(sentence);
  });

  it("names line and column where the text is no YAML", () => {
    expect(refusal("data: digits\n  seed: [1")).toMatch(/^Cannot read the spec s\.yaml:\d+:\d+: .*; expected YAML or JSON$/);
    expect(refusal("data: digits\ndata: moons")).toMatch(
      /^Cannot read the spec s\.yaml:2:1: Map keys must be unique; expected YAML/,
    );
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${"bcdefg"
      .split("")
      .map((k, i) => `${k}: &${k} [${Array(10).fill(`*${"abcdef"[i]}`).join(",")}]`)
      .join("\n")}`;
    expect(refusal(bomb)).toMatch(/^Cannot read the spec s\.yaml: .*alias.*; expected plain values$/);
  });

  it("never lets a text through as anything but a spec, and never throws anything but a sentence", () => {
    const value = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.integer()));
    const key = fc.oneof(fc.constantFrom("data", "train", "steps", "from", "seed", "sample", "image"), fc.string());
    const tree = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value)));
    fc.assert(
      fc.property(tree, (raw) => {
        try {
          const spec = parse(JSON.stringify(raw));
          expect(specSchema.safeParse(spec).success).toBe(true);
        } catch (error) {
          expect((error as Error).message).toMatch(/^Cannot read the spec s\.yaml[\s\S]*: [\s\S]+; expected [\s\S]+/);
        }
      }),
    );
  });
});

describe("applySettings", () => {
  it("changes values and opens groups that are not there, without touching the original", () => {
    const raw = { data: "digits", train: { steps: 5 } };
    expect(applySettings(raw, ["train.steps=7", "train.batch=3", "sample.solver=rk4", "data.bandwidth=0.5"])).toEqual({
      data: { from: "digits", bandwidth: 0.5 },
      train: { steps: 7, batch: 3 },
      sample: { solver: "rk4" },
    });
    expect(raw).toEqual({ data: "digits", train: { steps: 5 } });
  });

  it("refuses what is no key=value, and validates the result like the file", () => {
    expect(() => applySettings({}, ["train.steps"])).toThrow("expected key=value, as in train.steps=100");
    expect(() => applySettings({}, ["a..b=1"])).toThrow("the key is empty");
    expect(() => applySettings({}, ["__proto__.x=1"])).toThrow("the key is empty");
    expect(() => applySettings({ seed: 1 }, ["seed.x=1"])).toThrow('Cannot set "seed.x=1": "x" lies in a value that is no group');
    expect(() => applySettings({}, ["a=[1"])).toThrow(SyntaxError);
    expect(refusal("data: digits", ["train.stps=3"])).toContain('unknown key "train.stps"; expected "steps"');
  });
});

describe("nearest", () => {
  it("finds what was meant, and nothing where nothing is near", () => {
    const known = ["steps", "batch", "learningRate", "weightDecay"];
    expect(nearest("learning_rate", known)).toBe("learningRate");
    expect(nearest("setps", known)).toBe("steps");
    expect(nearest("weight-decai", known)).toBe("weightDecay");
    expect(nearest("lr", known)).toBeUndefined();
    expect(nearest("x", [])).toBeUndefined();
  });

  it("editDistance is a metric but for swaps, symmetric, and zero only for equal texts", () => {
    const text = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(text, text, (p, q) => {
        const d = editDistance(p, q);
        expect(d).toBe(editDistance(q, p));
        expect(d === 0).toBe(p === q);
        expect(d).toBeLessThanOrEqual(Math.max(p.length, q.length));
        expect(d).toBeGreaterThanOrEqual(Math.abs(p.length - q.length));
      }),
    );
    expect([editDistance("kitten", "sitting"), editDistance("ab", "ba")]).toEqual([3, 1]);
  });
});

describe("parseSource", () => {
  const read = (text: string) =>
    parseSource(text, ["moons", "swissRoll"], (name) => nearest(name, ["digits", "moons", "swissRoll"]));
  it("tells the digits, toy sets and files apart", () => {
    expect(read("digits")).toEqual({ kind: "digits" });
    expect(read("moons")).toEqual({ kind: "toy", name: "moons", count: 2000 });
    expect(read("moons:7")).toEqual({ kind: "toy", name: "moons", count: 7 });
    for (const path of ["a.npy", "./moons", "/x/y", "C:\\a.csv", "../digits"]) expect(read(path)).toEqual({ kind: "file", path });
  });

  it("refuses unknown names and counts, with the nearest name", () => {
    expect(() => read("mons:5")).toThrow(
      'Cannot load data "mons:5": there is no set "mons" (did you mean "moons"?); expected digits, earthquakes, moons,',
    );
    for (const count of ["0", "", "-1", "1e3", "2.5", "99999999999999999999"]) {
      expect(() => read(`moons:${count}`)).toThrow(`the count is "${count}"; expected a whole number of at least 1`);
    }
    expect(() => read(" ")).toThrow("expected");
    expect(() => read("")).toThrow("the name is empty");
  });
});

describe("strict and describeIssue", () => {
  it("places a problem in lists and groups", () => {
    expect(placeOf(["a", 0, "b"])).toBe("a[0].b");
    const schema = strict({ n: whole(2) });
    const result = schema.safeParse({ n: 1 });
    const issue = result.error?.issues[0];
    expect(issue && describeIssue(issue, { n: 1 })).toEqual({ path: ["n"], is: '"n" is 1', expected: "at least 2" });
  });
});
