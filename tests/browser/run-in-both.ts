import type { TestContext } from "vitest";
import { inChromium } from "./run-in-page.js";

/** Runs a module of the folder `scenario` here and in a page. It exports `results`, which answers what survives JSON. */
export type RunInBoth = <R>(
  test: TestContext,
  name: string,
  scenario: { readonly results: () => R | Promise<R> },
) => Promise<{ readonly node: R; readonly browser: R }>;

/** What a module computes in Node and in Chromium; one browser and one server for the tests of a file. */
export function inNodeAndChromium(): RunInBoth {
  const inPage = inChromium();
  return async <R>(test: TestContext, name: string, scenario: { readonly results: () => R | Promise<R> }) => {
    const browser = await inPage<R>(test, name, "results");
    return { node: await scenario.results(), browser };
  };
}
