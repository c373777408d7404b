import { expect, test } from "vitest";
import { isInstalled, nodeProblem } from "../../tools/ready.mjs";
import { plant, type Tree } from "./fixture.js";

const wanted = {
  "": { name: "workspace" },
  "packages/core": { version: "0.1.0" },
  "node_modules/@fluxion/core": { resolved: "packages/core", link: true },
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/b": { version: "2.0.0", optional: true },
};
/** A clone whose install left the record `present`. */
const clone = (present: unknown, files: Tree = {}): string =>
  plant({
    "package-lock.json": { packages: wanted },
    ...(present === undefined ? {} : { "node_modules/.package-lock.json": { packages: present } }),
    "node_modules/@fluxion/core/package.json": {},
    "node_modules/a/package.json": {},
    "node_modules/b/package.json": {},
    ...files,
  });
const { "": _, "packages/core": __, ...complete } = wanted;

test("a finished install of the locked versions is complete, also without optional packages", () => {
  expect(isInstalled(clone(complete))).toBe(true);
  const { "node_modules/b": ___, ...without } = complete;
  expect(isInstalled(clone(without))).toBe(true);
});

test("no install, one cut short, and a folder that was removed are not complete", () => {
  expect(isInstalled(clone(undefined))).toBe(false);
  expect(
    isInstalled(plant({ "package-lock.json": { packages: wanted }, "node_modules/.package-lock.json": '{ "packages": {' })),
  ).toBe(false);
  expect(
    isInstalled(plant({ "package-lock.json": { packages: wanted }, "node_modules/.package-lock.json": { packages: complete } })),
  ).toBe(false);
});

test("another version, another content and another machine are not complete", () => {
  expect(isInstalled(clone({ ...complete, "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } }))).toBe(false);
  expect(isInstalled(clone({ ...complete, "node_modules/a": { version: "1.0.0", integrity: "sha512-z" } }))).toBe(false);
  const foreign = { version: "2.0.0", optional: true, os: [process.platform === "sunos" ? "aix" : "sunos"] };
  expect(isInstalled(clone({ ...complete, "node_modules/b": foreign }))).toBe(false);
});

test("a Node that is too old is told what to install", () => {
  expect(nodeProblem("20.19.0", ">=20.19")).toBeUndefined();
  expect(nodeProblem("22.0.0", ">=20.19")).toBeUndefined();
  expect(nodeProblem("20.9.0", ">=20.19")).toBe(
    "Cannot run Fluxion: Node is 20.9.0; expected Node 20.19 or newer (https://nodejs.org)",
  );
  expect(nodeProblem("18.20.4", ">=20.19")).toMatch(/^Cannot run Fluxion: Node is 18\.20\.4;/);
});
