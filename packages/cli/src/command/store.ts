import { blockCount, filesOf, readIndex, type StoreDtype, type StoreManifest } from "@fluxion/io";
import { interpolate } from "../data/index.js";
import { badInput, EXIT } from "../errors.js";
import { requireWritableTarget } from "../files/index.js";
import {
  ballsAroundRow,
  createStore,
  exportStore,
  openRows,
  openStore,
  type RowSourceOptions,
  type StoreWork,
  verifyStore,
} from "../store/index.js";
import { format, table } from "../terminal/index.js";
import { type CommandDefinition, type Context, defineCommand, type Outcome } from "./command.js";
import { type DataOptions, readingOptions } from "./data-options.js";
import { byteSize, oneOf } from "./read-option.js";

const ACTIONS = ["create", "info", "verify", "export"] as const;
const DTYPES: readonly StoreDtype[] = ["float32", "float16", "uint8"];

interface Options extends Pick<DataOptions, "weights" | "labels" | "array" | "header" | "scale"> {
  readonly out?: string;
  readonly dtype: StoreDtype;
  readonly shardSize?: number;
  readonly cluster: boolean;
  readonly memory?: number;
  readonly columns?: string;
}

/** Node reads no file of 2³¹ bytes at once, and loading a store does. */
const LARGEST_SHARD = 2e9;

/** Options of reading that make sense for the inputs of a store; smoothing belongs to who reads it. */
const ofInputs = readingOptions.filter(({ flags }) => !flags.startsWith("--bandwidth"));

/** `fluxion store`: data sets larger than memory, as a folder of shards. */
export const storeCommand: CommandDefinition = defineCommand<Options>({
  name: "store",
  summary: "make and check data sets larger than memory",
  details: [
    "create <inputs…> --out <folder>: rows of many files, one after another, into one store. npy and idx files, Parquet and other",
    "stores are read in part, never whole; csv, npz, safetensors and gzipped files one at a time. Rows that repeat are kept apart",
    "and count as points of their own. float16 and uint8 round; the store records by how much, and error bounds count it.",
    "--cluster brings near rows together, so that a certified promise can skip blocks without reading them; it needs the space of",
    "the rows twice more while it works. info <folder> says what a store holds and whether skipping can help. verify <folder>",
    "reads every byte and checks every digest. export <folder> --out x.npy writes float32 rows. A store is data: --data folder.",
  ].join("\n"),
  positional: [["<action...>", `${ACTIONS.join(", ")}; then the inputs of create, or the folder of a store`]],
  options: [
    { flags: "--out <path>", help: "the folder of the new store, or the npy file of export" },
    { flags: "--dtype <type>", help: DTYPES.join(", "), read: oneOf("--dtype", DTYPES), fallback: "float32" },
    {
      flags: "--shard-size <bytes>",
      help: "bytes of one file of rows; 256MB without it",
      read: byteSize("--shard-size"),
    },
    { flags: "--cluster", help: "bring near rows together", fallback: false },
    { flags: "--memory <bytes>", help: "what clustering may take; 2GB without it", read: byteSize("--memory") },
    { flags: "--columns <names>", help: "columns of Parquet files: one of lists, or one a coordinate as x,y,z" },
    ...ofInputs,
  ],
  examples: [
    "fluxion data moons:5000 --seed 1 --out a.npy",
    "fluxion data moons:3000 --seed 2 --out b.csv",
    "fluxion store create a.npy b.csv --out moons.store --cluster --shard-size 32kB",
    "fluxion store info moons.store",
    "fluxion store verify moons.store",
    "fluxion store export moons.store --out rows.npy",
  ],
  async run(context, options, positional) {
    const [action = "", ...all] = positional.flat().filter((word) => word !== undefined);
    const named = oneOf("the action of fluxion store", ACTIONS)(action);
    const release = context.io.holdInterrupts();
    try {
      return named === "create" ? await create(context, options, all) : await ofOne(context, options, named, all);
    } finally {
      release();
    }
  },
});

/** What is done with one store. */
async function ofOne(context: Context, { out }: Options, action: "info" | "verify" | "export", paths: readonly string[]) {
  const [path, ...more] = paths;
  if (path === undefined || more.length > 0) {
    throw badInput(`Cannot ${action} a store: there are ${paths.length} paths; expected the folder of one store`);
  }
  if (action === "info") return info(context, path);
  return action === "verify" ? verify(context, path) : exported(context, path, out);
}

const workOf = ({ io, progress }: Context): StoreWork => ({ files: io.files, progress, signal: io.signal });

async function create(context: Context, options: Options, paths: readonly string[]): Promise<Outcome> {
  const { io, resolve, progress } = context;
  if (options.out === undefined) throw badInput("Cannot create a store: there is no --out; expected the name of a new folder");
  requireUsed(options, paths);
  if ((options.shardSize ?? 0) > LARGEST_SHARD) {
    throw badInput(`Cannot create a store: --shard-size is ${options.shardSize}; expected at most ${LARGEST_SHARD} bytes`);
  }
  const out = resolve(options.out);
  const sources = [];
  for (const path of paths) sources.push(await openRows(io.files, resolve(path), readingOf(path, options)));
  const weights = options.weights === undefined ? {} : { weights: await openRows(io.files, resolve(options.weights)) };
  const { dtype, shardSize: shardBytes = 256e6, cluster, memory = 2e9, scale = { factor: 1, offset: 0 } } = options;
  const manifest = await createStore({ sources, ...weights, out, dtype, shardBytes, cluster, memory, scale }, workOf(context));
  if (manifest.storageError > 0 && dtype !== "float32") {
    const share = format.number((100 * manifest.storageError) / manifest.radius, 2);
    progress.note(
      `${dtype} moved a row by up to ${format.number(manifest.storageError, 3)}, ${share} % of the radius of the data`,
    );
  }
  const { size, dim, shards } = manifest;
  const what = `${format.count(size, "row")} of dim ${dim} in ${format.count(shards.length, "shard")}`;
  return {
    json: { out: options.out, ...aboutOf(manifest) },
    text: `Wrote ${what}, ${format.bytes(bytesOf(manifest))}, to ${options.out}\n`,
  };
}

/** Which inputs an option of reading speaks of. */
const SPEAKS_OF = {
  columns: /\.parquet$/i,
  array: /\.(npz|safetensors)(\.gz)?$/i,
  labels: /\.(csv|tsv|txt|npz|safetensors)(\.gz)?$/i,
  header: /\.(csv|tsv|txt)(\.gz)?$/i,
} as const;

/** Refuses an option of reading that no input understands. */
function requireUsed(options: Options, paths: readonly string[]): void {
  for (const [key, ofPath] of Object.entries(SPEAKS_OF)) {
    const given = options[key as keyof typeof SPEAKS_OF];
    if (given === undefined || given === false || paths.some((path) => ofPath.test(path))) continue;
    throw badInput(`Cannot use --${key}: no input has any, in ${paths.join(", ")}; expected it left out, or another file`);
  }
}

/** How to read one input: what is said of columns goes to texts and Parquet, what is said of arrays to files of arrays. */
function readingOf(path: string, { labels, array, header, columns }: Options): RowSourceOptions {
  const isText = SPEAKS_OF.header.test(path);
  const named = labels === undefined || !SPEAKS_OF.labels.test(path) ? undefined : labels;
  return {
    ...(named === undefined ? {} : isText ? { labelColumn: /^\d+$/.test(named) ? Number(named) : named } : { labelArray: named }),
    ...(header && isText ? { header } : {}),
    ...(array !== undefined && SPEAKS_OF.array.test(path) ? { array } : {}),
    ...(columns !== undefined && SPEAKS_OF.columns.test(path) ? { columns: columns.split(",").map((name) => name.trim()) } : {}),
  };
}

const bytesOf = (manifest: StoreManifest): number => filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0);

/** A manifest without its list of files. */
function aboutOf(manifest: StoreManifest): Record<string, unknown> {
  const { size, dim, coding, shards, totalWeight, radius, norm, storageError, clustered } = manifest;
  const [first] = shards;
  return {
    rows: size,
    dim,
    dtype: coding.dtype,
    ...(coding.dtype === "uint8" ? { scale: coding.scale, offset: coding.offset } : {}),
    shards: shards.length,
    bytes: bytesOf(manifest),
    blocks: blockCount(size),
    radius,
    norm,
    storageError,
    clustered,
    weighted: first?.weights !== undefined,
    ...(first?.weights === undefined ? {} : { totalWeight }),
    digest: manifest.index.sha256,
  };
}

async function info({ io, resolve, paint }: Context, path: string): Promise<Outcome> {
  const store = openStore(io.files, resolve(path));
  const { manifest } = store;
  const bytes = new Uint8Array(manifest.index.bytes);
  await store.read(manifest.index, 0, bytes);
  const index = readIndex(bytes, manifest.size, manifest.dim);
  const balls = await ballsAroundRow(store, index);
  await store.close();
  const radii = Float64Array.from(index.radii).sort();
  const quartiles = [0.25, 0.5, 0.75].map((p) => (manifest.radius === 0 ? 0 : interpolate(radii, p) / manifest.radius));
  const about = aboutOf(manifest);
  const { number } = format;
  const { size, dim, coding, shards, radius, storageError, clustered } = manifest;
  const rows = [
    ["rows N", number(size)],
    ["dimension D", number(dim)],
    ["dtype", coding.dtype === "uint8" ? `uint8, ${number(coding.scale)}·q + ${number(coding.offset)}` : coding.dtype],
    ["shards", `${number(shards.length)}, ${format.bytes(bytesOf(manifest))}`],
    ["radius", number(radius)],
    ["rounding", storageError === 0 ? "none" : `a row is off by at most ${number(storageError, 3)}`],
    ["weights", shards[0]?.weights === undefined ? "equal" : `of their own, ${number(manifest.totalWeight)} in all`],
    ["order", clustered ? "near rows together" : "as given"],
    ["blocks", `${number(radii.length)}; radius ${quartiles.map((q) => number(q, 3)).join(" · ")} of the data's (¼ · ½ · ¾)`],
    ["skipping", adviceOf(balls, radii.length)],
  ];
  return {
    json: { store: path, ...about, blockRadii: quartiles, ballsAroundRow: balls },
    text: `${paint("bold", path)}\n${table(rows, ["l", "l"])}`,
  };
}

/** What a person should expect of a certified promise. */
function adviceOf(balls: number, blocks: number): string {
  const some = `a row lies in the balls of ${format.number(balls)} of ${format.count(blocks, "block")}`;
  if (balls > blocks / 2) return `${some}: a certified promise skips next to nothing`;
  return `${some}: near the data a certified promise reads about as many, far from them all`;
}

async function verify(context: Context, path: string): Promise<Outcome> {
  const faults = await verifyStore(context.resolve(path), workOf(context));
  const lines = faults.map(({ file, expected, found }) => `  "${file}" has the digest ${found}; expected ${expected}\n`);
  const verdict =
    faults.length === 0
      ? "Every file is the one that was written\n"
      : `${format.count(faults.length, "file differs", "files differ")} from what was written:\n`;
  return {
    json: { store: path, whole: faults.length === 0, faults },
    text: verdict + lines.join(""),
    ...(faults.length === 0 ? {} : { exitCode: EXIT.failed }),
  };
}

async function exported(context: Context, path: string, to: string | undefined): Promise<Outcome> {
  if (to === undefined || !/\.npy$/i.test(to)) {
    throw badInput(
      `Cannot export a store: --out is ${to === undefined ? "missing" : `"${to}"`}; expected a name that ends in .npy`,
    );
  }
  const out = context.resolve(to);
  requireWritableTarget(context.io.files, out);
  await exportStore(context.resolve(path), out, workOf(context));
  return { json: { store: path, out: to }, text: `Wrote the rows of ${path} to ${to}\n` };
}
