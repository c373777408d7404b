import { relative } from "node:path";
import { toJson } from "@fluxion/io";
import type { Network } from "@fluxion/train";
import { type FileSystem, readBytes, sha256, writeAtomic } from "../files/index.js";
import type { RunDirectory } from "../runs/index.js";
import { version } from "../version.js";
import type { PreparedRun } from "./prepare-run.js";

/** Writes run.json: what was made from what, with the digest of every file that exists; the same for equal runs. */
export function writeRunJson(
  files: FileSystem,
  directory: RunDirectory,
  { spec, set, path }: PreparedRun,
  network: Network,
): void {
  const { run, timing, checkpoints, path: folder, ...written } = directory;
  const digests = Object.values(written)
    .filter((file) => files.exists(file))
    .map((file) => [relative(folder, file), sha256(readBytes(files, file))] as const);
  const about = {
    fluxion: version(),
    name: spec.name,
    seed: spec.seed,
    path: path.field.scheduler.name,
    data: { name: set.name, digest: set.digest, points: set.atoms.points.size, dim: path.field.dim, merged: set.atoms.merged },
    network: { ...network.spec, parameters: network.parameterCount },
    files: Object.fromEntries(digests),
  };
  writeAtomic(files, run, `${toJson(about, { indent: 2 })}\n`);
}
