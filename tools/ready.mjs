import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { env, execPath, exit, platform, stderr, versions } from "node:process";
import { runAttached } from "./lib/child.mjs";
import { root } from "./lib/paths.mjs";
import { isMain } from "./lib/problem.mjs";

/**
 * What a lock file says of one package.
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean, os?: string[], cpu?: string[] }} Locked
 */

/**
 * The packages of a lock file, by folder; undefined where the file is missing or was cut short.
 * @param {string} file
 * @returns {Record<string, Locked> | undefined}
 */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether `node_modules` holds what `package-lock.json` asks for. npm leaves its own record of a finished install in
 * `node_modules/.package-lock.json`, so a second stamp of ours could only disagree with the truth. A package for
 * another machine in that record means the folder came from there; optional packages may be missing.
 * @param {string} at The root of the repository.
 */
export function isInstalled(at) {
  const wanted = lockedPackages(join(at, "package-lock.json"));
  const present = lockedPackages(join(at, "node_modules", ".package-lock.json"));
  if (wanted === undefined || present === undefined) return false;
  const foreign = Object.values(present).some((p) => excludes(p.os, platform) || excludes(p.cpu, process.arch));
  if (foreign) return false;
  return Object.entries(wanted).every(([folder, entry]) => {
    if (!folder.startsWith("node_modules/") || (entry.optional && !present[folder])) return true;
    const found = present[folder];
    return found?.version === entry.version && found?.integrity === entry.integrity && existsSync(join(at, folder));
  });
}

/** @param {string[] | undefined} allowed @param {string} value */
const excludes = (allowed, value) => allowed !== undefined && !allowed.includes(value);

/**
 * The sentence to print when this Node is too old, else undefined.
 * @param {string} version For example `20.19.0`.
 * @param {string} range The `engines.node` of the root package, of the form `>=20.19`.
 */
export function nodeProblem(version, range) {
  const least = range.replace(/^>=\s*/, "");
  const [have, need] = [version, least].map((text) => text.split(".").map(Number));
  const newEnough = have[0] > need[0] || (have[0] === need[0] && have[1] >= (need[1] ?? 0));
  return newEnough ? undefined : `Cannot run Fluxion: Node is ${version}; expected Node ${least} or newer (https://nodejs.org)`;
}

/** The npm that runs us, or the one on the path. @returns {[command: string, args: string[], shell: boolean]} */
function npm() {
  const running = env.npm_execpath ?? "";
  if (/^npm-cli\.c?js$/.test(basename(running))) return [execPath, [running], false];
  return ["npm", [], platform === "win32"];
}

/** Installs the locked dependencies; everything npm says goes to stderr. @returns {Promise<number>} npm's exit code. */
async function install() {
  stderr.write("Installing the dependencies with npm ci (once, or after package-lock.json changed)\n");
  const [command, args, shell] = npm();
  // NODE_ENV=production would leave the compiler out.
  return runAttached(command, [...args, "ci", "--include=dev"], { cwd: root, shell, stdio: ["ignore", 2, 2] });
}

/** Compiles the given projects, only what changed. @param {readonly string[]} projects @returns {Promise<number>} */
function build(projects) {
  const tsc = join(root, "node_modules", "typescript", "lib", "tsc.js");
  return runAttached(execPath, [tsc, "-b", ...projects], { cwd: root, stdio: ["ignore", 2, 2] });
}

/** Compiles the WebAssembly kernels where they changed: TypeScript needs the module that carries them. @returns {Promise<number>} */
async function buildKernels() {
  try {
    const { buildWasm } = await import("./build-wasm.mjs");
    await buildWasm();
    return 0;
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

/**
 * Makes a clone usable: checks Node, installs what the lock file asks for, compiles what changed. Does nothing but
 * look where nothing is to be done. Problems are told on stderr.
 * @param {{ projects?: readonly string[] }} [options] TypeScript projects to build, none for `[]`; by default the whole repository.
 * @returns {Promise<{ installed: boolean, typed: boolean, code: number }>} `installed` is false when nothing can run;
 *   `typed` is false when the compiler found errors; `code` is the exit code of the step that failed, else 0.
 */
export async function ready({ projects = ["."] } = {}) {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const problem = nodeProblem(versions.node, engines.node);
  if (problem !== undefined) {
    stderr.write(`${problem}\n`);
    return { installed: false, typed: false, code: 1 };
  }
  if (!isInstalled(root)) {
    const code = await install().catch(() => 127);
    if (code !== 0) {
      const what = code === 127 ? "npm is not found; expected npm beside Node" : `npm ci ended with code ${code}; expected 0`;
      stderr.write(`Cannot install the dependencies: ${what}\n`);
      return { installed: false, typed: false, code };
    }
  }
  const kernels = await buildKernels();
  const code = kernels !== 0 || projects.length === 0 ? kernels : await build(projects);
  return { installed: true, typed: code === 0, code };
}

if (isMain(import.meta)) exit((await ready()).code);
