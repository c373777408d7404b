import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ndArray, readNpy, writeNpy } from "@fluxion/io";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { emptyFolder, fluxion, jsonOf } from "../../../../tests/cli/harness.js";

/** Runs a line in a folder; the words are parted by spaces. */
const run = (cwd: string, line: string): ReturnType<typeof fluxion> => fluxion(cwd, line.split(" "));

/** What `fluxion field --json` prints. */
interface Answer {
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  readonly certificate: Readonly<Record<string, unknown>>;
}

async function withStore(line = "store create a.npy b.csv --out s --shard-size 16kB"): Promise<string> {
  const cwd = emptyFolder();
  expect((await run(cwd, "data moons:3000 --seed 1 --out a.npy")).code).toBe(0);
  expect((await run(cwd, "data moons:2000 --seed 2 --out b.csv")).code).toBe(0);
  expect(await run(cwd, line)).toMatchObject({ code: 0 });
  return cwd;
}

describe("fluxion store", () => {
  it("creates, describes, checks and exports a store", async () => {
    const cwd = await withStore();
    const info = jsonOf(await run(cwd, "store info s --json"));
    expect(info).toMatchObject({ rows: 5000, dim: 2, dtype: "float32", shards: 3, blocks: 2, clustered: false, weighted: false });
    expect((await run(cwd, "store info s")).stdout).toContain(
      "a row lies in the balls of 2 of 2 blocks: a certified promise skips next to nothing",
    );
    expect(jsonOf(await run(cwd, "store verify s --json"))).toEqual({ store: "s", whole: true, faults: [] });
    expect((await run(cwd, "store export s --out out.npy")).stdout).toBe("Wrote the rows of s to out.npy\n");
    const out = readNpy(readFileSync(join(cwd, "out.npy")));
    const first = readNpy(readFileSync(join(cwd, "a.npy")));
    expect(out.shape).toEqual([5000, 2]);
    expect(out.data.slice(0, 6000)).toEqual(Float32Array.from(first.data as Float64Array));
  });

  it("says whether skipping can help: not as given, but once near rows are together", async () => {
    const cwd = emptyFolder();
    const plane = Float64Array.from({ length: 80_000 }, (_, i) => (i * 0.6180339887498949 * (1 + (i % 2))) % 1);
    writeFileSync(join(cwd, "a.npy"), writeNpy(ndArray("float64", [40_000, 2], plane)));
    await run(cwd, "store create a.npy --out plain");
    expect((await run(cwd, "store create a.npy --out near --cluster")).code).toBe(0);
    expect(jsonOf(await run(cwd, "store info plain --json"))).toMatchObject({ blocks: 10, ballsAroundRow: 10 });
    const near = jsonOf(await run(cwd, "store info near --json"));
    expect(near).toMatchObject({ blocks: 10, clustered: true });
    expect(near.ballsAroundRow).toBeLessThan(4);
    expect((await run(cwd, "store info near")).stdout).toContain("near the data a certified promise reads about as many");
  });

  it("verify fails with exit code 1 on a changed byte, and names the file", async () => {
    const cwd = await withStore();
    const shard = join(cwd, "s", "rows-00002.f32");
    const bytes = readFileSync(shard);
    bytes[9] = (bytes[9] ?? 0) ^ 4;
    writeFileSync(shard, bytes);
    const { code, stdout } = await run(cwd, "store verify s");
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^1 file differs from what was written:\n {2}"rows-00002\.f32" has the digest [0-9a-f]{64}; expected [0-9a-f]{64}\n$/,
    );
  });

  it("takes columns of Parquet, weights, labels of a text to leave out, a scale and a dtype", async () => {
    const cwd = emptyFolder();
    const columnData = [
      { name: "id", type: "INT32" as const, data: Int32Array.of(7, 8) },
      { name: "x", type: "DOUBLE" as const, data: Float64Array.of(0, 100) },
      { name: "y", type: "DOUBLE" as const, data: Float64Array.of(200, 50) },
    ];
    writeFileSync(join(cwd, "a.parquet"), new Uint8Array(parquetWriteBuffer({ columnData })));
    writeFileSync(join(cwd, "b.csv"), "1,2,cat\n3,4,dog\n");
    writeFileSync(join(cwd, "w.csv"), "1\n2\n3\n4\n");
    const line =
      "store create a.parquet b.csv --out s --columns x,y --labels last --weights w.csv --scale 0.5,1 --dtype float16 --json";
    expect(jsonOf(await run(cwd, line))).toMatchObject({ rows: 4, weighted: true, totalWeight: 10, dtype: "float16" });
    await run(cwd, "store export s --out o.npy");
    expect(readNpy(readFileSync(join(cwd, "o.npy")))).toEqual(
      ndArray("float32", [4, 2], Float32Array.of(1, 101, 51, 26, 1.5, 2, 2.5, 3)),
    );
    const loaded = jsonOf(await run(cwd, "data s --json"));
    expect(loaded).toMatchObject({ rows: 4, points: 4 });
    expect(loaded.effectivePoints).toBeLessThan(4); // the weights came along
  });

  it("every command that takes data takes a store, by its folder or as store:folder", async () => {
    const cwd = await withStore("store create a.npy --out s");
    const whole = jsonOf(await run(cwd, "floor --data s --samples 4 --json"));
    expect(whole).not.toHaveProperty("error");
    expect(jsonOf(await run(cwd, "floor --data store:s --samples 4 --json"))).toEqual({ ...whole, data: "store:s" });
    const stray = await run(cwd, "data s --labels last");
    expect([stray.code, stray.stderr]).toEqual([
      2,
      'error: Cannot read labels of "s": it is a store; expected a file that has some\n',
    ]);
    expect((await run(cwd, "data store:absent")).stderr).toContain("there is no store.json in it");
  });

  it("field over a store is the field of its rows, in one pass or two, and tells which rows weigh most", async () => {
    const cwd = await withStore("store create a.npy --out s --cluster --shard-size 5kB");
    await run(cwd, "store export s --out rows.npy");
    await run(cwd, "data moons:300 --seed 3 --out x.npy");
    const want = "--t 0.7 --at x.npy --want velocity,logDensity,divergence,ess --top 2 --json";
    const loaded = jsonOf(await run(cwd, `field --data rows.npy --backend reference ${want}`)) as unknown as Answer;
    for (const memory of ["1GB", "260kB"]) {
      const { values, certificate } = jsonOf(await run(cwd, `field --data s --memory ${memory} ${want}`)) as unknown as Answer;
      for (const name of ["velocity", "logDensity", "divergence", "ess", "topWeights"]) {
        expect(values[name]).toEqual(loaded.values[name]);
      }
      // rows of the data as given, not of the order in the store
      const given = readNpy(readFileSync(join(cwd, "a.npy"))).data;
      const kept = readNpy(readFileSync(join(cwd, "rows.npy"))).data;
      const [asGiven, inStore] = [values.topIndices?.[0] as number[], loaded.values.topIndices?.[0] as number[]];
      for (const [k, i] of asGiven.entries()) expect(Math.fround(Number(given[2 * i]))).toBe(kept[2 * (inStore[k] ?? -1)]);
      expect(certificate).toMatchObject({ promise: "exact", evaluations: 300 * 3000, skipped: 0, backend: "store of reference" });
    }
    const certified = jsonOf(await run(cwd, `field --data s --promise certified:1e-3 ${want}`)) as unknown as Answer;
    expect(certified.certificate).toMatchObject({ promise: "certified:0.001" });
    const limit = jsonOf(await run(cwd, "field --data s --t 1 --at x.npy --want denoiser --json")) as unknown as Answer;
    const atData = jsonOf(await run(cwd, "field --data rows.npy --t 1 --at x.npy --want denoiser --json")) as unknown as Answer;
    expect(limit.values).toEqual(atData.values);
  });

  it("field refuses for a store what belongs to its making, and --memory for other data", async () => {
    const cwd = await withStore("store create a.npy --out s");
    writeFileSync(join(cwd, "x.csv"), "0,0\n");
    const lines: [string, string][] = [
      ["--data s --scale 2,0", 'Cannot use --scale: "s" is a store, read as it is; expected --scale when it is made'],
      ["--data s --weights w.csv", "Cannot use --weights"],
      ["--data s --labels last", 'Cannot read labels of "s": it is a store'],
      ["--data s --backend wasm", 'Cannot use the backend "wasm": "s" is a store; expected --backend reference, or auto'],
      ["--data s --promise statistical:8", 'Cannot promise "statistical": "s" is a store; expected exact or certified'],
      ["--data s --memory 10kB", "the memory budget is 10000 bytes; expected at least"],
      [
        "--data a.npy --memory 1GB",
        'Cannot use --memory: "a.npy" is loaded whole; expected a store, made by fluxion store create',
      ],
    ];
    for (const [line, message] of lines) {
      const { code, stderr } = await run(cwd, `field ${line} --t 0.5 --at x.csv`);
      expect([line, code, stderr.includes(message) ? message : stderr]).toEqual([line, 2, message]);
    }
  });

  it("refuses with a sentence and exit code 2 what cannot be", async () => {
    const cwd = await withStore();
    const lines: [string, string][] = [
      ["store frob s", 'the action of fluxion store: it is "frob"; expected one of create, info, verify, export'],
      ["store create a.npy", "there is no --out; expected the name of a new folder"],
      ["store create a.npy --out s", "it exists already; expected a new name"],
      ["store create absent.npy --out t", "there is no such file or folder"],
      [
        "store create a.npy --out t --shard-size 4XB",
        'Cannot read --shard-size: it is "4XB"; expected a number of bytes as 500MB or 4GB',
      ],
      ["store create a.npy --out t --columns x,y", "Cannot use --columns: no input has any, in a.npy; expected it left out"],
      ["store create a.npy --out t --shard-size 3GB", "--shard-size is 3000000000; expected at most 2000000000 bytes"],
      ["store create a.npy --out t --header", "Cannot use --header: no input has any"],
      ["store info a.npy b.csv", "there are 2 paths; expected the folder of one store"],
      ["store info a.npy", "there is no store.json in it"],
      ["store export s --out x.csv", '--out is "x.csv"; expected a name that ends in .npy'],
      ["store create a.npy --out t --dtype int4", 'it is "int4"; expected one of float32, float16, uint8'],
    ];
    for (const [line, message] of lines) {
      const { code, stderr } = await run(cwd, line);
      expect([line, code, stderr.includes(message) ? message : stderr]).toEqual([line, 2, message]);
    }
    expect(readdirSync(cwd).sort()).toEqual(["a.npy", "b.csv", "s"]);
  });

  it("an interrupt ends a creation with exit code 130 and leaves nothing", async () => {
    const cwd = emptyFolder();
    const data = Float64Array.from({ length: 4e6 }, (_, i) => i % 97);
    writeFileSync(join(cwd, "a.npy"), writeNpy(ndArray("float64", [1e6, 4], data)));
    const controller = new AbortController();
    const stop = { write: (text: string) => text.includes("rows") && controller.abort(), isTTY: true };
    const options = { signal: controller.signal, stderr: stop };
    expect(await fluxion(cwd, "store create a.npy --out s".split(" "), options)).toMatchObject({ code: 130 });
    expect(readdirSync(cwd)).toEqual(["a.npy"]);
  });
});
