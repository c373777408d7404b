import { existsSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { atoms, points } from "@fluxion/core";
import { bindAtoms, wasmPool } from "@fluxion/kernels";
import { format } from "../terminal/index.js";
import type { Finding } from "./finding.js";

/** Where browsers are looked for, besides CHROMIUM_PATH. */
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/** Where Debian's package puts the images that the benchmarks use. */
const FASHION_MNIST = "/usr/share/datasets/fashion-mnist";

/** What this machine offers to Fluxion, one finding a line. */
export async function examineMachine(env: Readonly<Record<string, string | undefined>>): Promise<readonly Finding[]> {
  return [node(), processor(), memory(), await wasm(), await native(), chromium(env), images()];
}

function node(): Finding {
  const { node: version } = process.versions;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return { name: "Node", state: "ok", found: version };
  return { name: "Node", state: "missing", found: version, remedy: "install Node 20.19 or newer from https://nodejs.org" };
}

function processor(): Finding {
  const threads = availableParallelism();
  const found = `${cpus()[0]?.model.trim() ?? "unknown"}, ${format.count(threads, "thread")}`;
  return threads > 1
    ? { name: "processor", state: "ok", found }
    : { name: "processor", state: "limited", found, remedy: "with one thread nothing runs side by side" };
}

function memory(): Finding {
  const found = `${format.bytes(totalmem())}, ${format.bytes(freemem())} of it free`;
  if (freemem() > 1e9) return { name: "memory", state: "ok", found };
  return { name: "memory", state: "limited", found, remedy: "large data: fluxion store create, and --memory" };
}

async function wasm(): Promise<Finding> {
  try {
    const pool = await wasmPool();
    const found = `${pool.name}, ${pool.relaxed ? "relaxed SIMD" : "SIMD without fused products"}`;
    await pool.close();
    if (pool.relaxed) return { name: "WebAssembly", state: "ok", found };
    return { name: "WebAssembly", state: "limited", found, remedy: "Node 22 or newer has relaxed SIMD" };
  } catch (error) {
    return { name: "WebAssembly", state: "missing", found: messageOf(error), remedy: "install Node 20.19 or newer" };
  }
}

async function native(): Promise<Finding> {
  try {
    const { nativeBackend } = await import("@fluxion/kernels/native");
    const one = atoms(points(Float64Array.of(0), 1));
    await (await nativeBackend(bindAtoms(one), { threads: 1 })).close();
    return { name: "native kernels", state: "ok", found: "onnxruntime-node" };
  } catch (error) {
    return {
      name: "native kernels",
      state: "missing",
      found: messageOf(error),
      remedy: "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0",
    };
  }
}

function chromium(env: Readonly<Record<string, string | undefined>>): Finding {
  const found = [env.CHROMIUM_PATH ?? "", ...CHROMIUM].find((path) => path !== "" && existsSync(path));
  if (found !== undefined) return { name: "Chromium", state: "ok", found };
  return { name: "Chromium", state: "missing", found: "none; the browser tests skip", remedy: "apt-get install chromium" };
}

function images(): Finding {
  if (existsSync(FASHION_MNIST)) return { name: "Fashion-MNIST", state: "ok", found: FASHION_MNIST };
  return {
    name: "Fashion-MNIST",
    state: "missing",
    found: "none; the benchmarks leave it out",
    remedy: "apt-get install dataset-fashion-mnist",
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
