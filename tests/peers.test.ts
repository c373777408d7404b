import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as core from "@fluxion/core";
import { describe, expect, test } from "vitest";

const page = readFileSync(new URL("../docs/peers.md", import.meta.url), "utf8");
/** Interfaces and types of core, which leave no trace at run time. */
const folder = fileURLToPath(new URL("../packages/core/src/", import.meta.url));
const types = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .flatMap((name) => [...readFileSync(folder + name, "utf8").matchAll(/^export (?:interface|type) (\w+)/gm)])
  .map(([, name]) => name);
/** All that core exports. */
const exported = new Set([...Object.keys(core), ...types]);

/** Rows of tables of three columns: what a peer has, what is here, and the difference. */
const rows = page
  .split("\n")
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| |\|$/g, "").trim()))
  .filter((cells) => cells.length === 3 && cells[1] !== "here" && !cells[0].startsWith("|"));

describe("docs/peers.md", () => {
  test("has no row without an answer: a name of ours, or why there is none", () => {
    expect(rows.length).toBeGreaterThan(30);
    const unanswered = rows.filter(
      ([, here, difference]) => !here.includes("`") && !(here.startsWith("none") && difference !== ""),
    );
    expect(unanswered).toEqual([]);
  });

  test("names only what core exports", () => {
    const names = rows.flatMap(([, here]) => [...here.replace(/\([^)]*\)/g, "").matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(names.filter((name) => !exported.has(name))).toEqual([]);
  });
});
