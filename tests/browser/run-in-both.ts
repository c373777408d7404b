import { afterAll, type TestContext } from "vitest";
import { sharedChromium } from "./chromium.js";
import { type ModuleServer, serveModules } from "./module-server.js";

/** Runs a module of the folder `scenario` here and in a page. It exports `results`, which answers what survives JSON. */
export type RunInBoth = <R>(
  test: TestContext,
  name: string,
  scenario: { readonly results: () => R | Promise<R> },
) => Promise<{ readonly node: R; readonly browser: R }>;

/** What a module computes in Node and in Chromium; one browser and one server for the tests of a file. */
export function inNodeAndChromium(): RunInBoth {
  const contextFor = sharedChromium();
  let server: Promise<ModuleServer> | undefined;
  afterAll(async () => (await server)?.close());
  return async <R>(test: TestContext, name: string, scenario: { readonly results: () => R | Promise<R> }) => {
    const context = await contextFor(test);
    server ??= serveModules();
    const { origin } = await server;
    try {
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("response", (response) => {
        if (!response.ok()) problems.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(`${origin}/`);
      // As text, because the test runner rewrites the imports of a function.
      const results = page.evaluate(`import("/tests/browser/scenario/${name}.js").then((module) => module.results())`);
      const browser = (await results.catch((error) => {
        throw new Error(`${name} does not run in Chromium: ${[error, ...problems].join("; ")}`);
      })) as R;
      return { node: await scenario.results(), browser };
    } finally {
      await context.close();
    }
  };
}
