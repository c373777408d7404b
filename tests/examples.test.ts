import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";

const folder = fileURLToPath(new URL("../examples/", import.meta.url));
const examples: Record<string, () => Promise<unknown>> = {
  "discrete-grid.ts": () => import("../examples/discrete-grid.js"),
  "discrete-text.ts": () => import("../examples/discrete-text.js"),
  "earthquakes.ts": () => import("../examples/earthquakes.js"),
  "exact-field.ts": () => import("../examples/exact-field.js"),
  "sample-and-likelihood.ts": () => import("../examples/sample-and-likelihood.js"),
  "train-network.ts": () => import("../examples/train-network.js"),
  "verify-derivation.ts": () => import("../examples/verify-derivation.js"),
};

describe("the library examples", () => {
  it("are all executed here", () => {
    expect(Object.keys(examples)).toEqual(readdirSync(folder).filter((name) => name.endsWith(".ts")));
  });

  it.each(Object.keys(examples))("%s prints what its last comments say", async (name) => {
    const printed: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((line) => printed.push(String(line)));
    try {
      await examples[name]?.();
    } finally {
      log.mockRestore();
    }
    const promised = readFileSync(`${folder}${name}`, "utf8")
      .split("\n")
      .flatMap((line) => (line.startsWith("//> ") ? [line.slice(4)] : []));
    expect(promised.length).toBeGreaterThan(0);
    expect(printed).toEqual(promised);
  });
});
