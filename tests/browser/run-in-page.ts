import type { Page } from "playwright-core";
import { afterAll, type TestContext } from "vitest";
import { sharedChromium } from "./chromium.js";
import { type ModuleServer, serveModules } from "./module-server.js";

/** Calls a function of a module of the folder `scenario` in a page; what goes in and comes out survives JSON. */
export type RunInPage = <R>(test: TestContext, name: string, call: string, ...parameters: readonly unknown[]) => Promise<R>;

/**
 * One Chromium, one server and one page for the tests of a file: what a module has made ready stays ready. An `isolated` page
 * may share memory with workers.
 */
export function inChromium(flags?: readonly string[], { isolated = false }: { readonly isolated?: boolean } = {}): RunInPage {
  const contextFor = sharedChromium(flags);
  const problems: string[] = [];
  let server: Promise<ModuleServer> | undefined;
  let opened: Promise<Page> | undefined;
  afterAll(async () => (await server)?.close());
  const open = async (test: TestContext): Promise<Page> => {
    const context = await contextFor(test);
    server ??= serveModules({ isolated });
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("response", (response) => {
      if (!response.ok()) problems.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(`${(await server).origin}/`);
    return page;
  };
  return async <R>(test: TestContext, name: string, call: string, ...parameters: readonly unknown[]) => {
    opened ??= open(test).catch((error) => {
      opened = undefined; // a test that was skipped has opened nothing
      throw error;
    });
    const page = await opened;
    // As text, because the test runner rewrites the imports of a function.
    const values = parameters.map((parameter) => JSON.stringify(parameter)).join(", ");
    const results = page.evaluate(`import("/tests/browser/scenario/${name}.js").then((module) => module.${call}(${values}))`);
    return (await results.catch((error) => {
      throw new Error(`${name} does not run in Chromium: ${[error, ...problems.splice(0)].join("; ")}`);
    })) as R;
  };
}
