import { afterAll, type TestContext } from "vitest";
import { sharedChromium } from "./chromium.js";
import { type ModuleServer, serveModules } from "./module-server.js";

/** Calls a function of a module of the folder `scenario` in a page; what goes in and comes out survives JSON. */
export type RunInPage = <R>(test: TestContext, name: string, call: string, ...parameters: readonly unknown[]) => Promise<R>;

/** One Chromium and one server for the tests of a file, and a fresh page for each call. */
export function inChromium(flags?: readonly string[]): RunInPage {
  const contextFor = sharedChromium(flags);
  let server: Promise<ModuleServer> | undefined;
  afterAll(async () => (await server)?.close());
  return async <R>(test: TestContext, name: string, call: string, ...parameters: readonly unknown[]) => {
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
      const args = parameters.map((parameter) => JSON.stringify(parameter)).join(", ");
      const results = page.evaluate(`import("/tests/browser/scenario/${name}.js").then((module) => module.${call}(${args}))`);
      return (await results.catch((error) => {
        throw new Error(`${name} does not run in Chromium: ${[error, ...problems].join("; ")}`);
      })) as R;
    } finally {
      await context.close();
    }
  };
}
