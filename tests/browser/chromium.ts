import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { env } from "node:process";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from "playwright-core";
import { afterAll, type TestContext } from "vitest";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
const FLAGS = [
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * The Chromium of this machine: CHROMIUM_PATH, or one of the usual places. It must be able to say its version: on some
 * systems the file there is only a hint to install it.
 */
export function findChromium(): string | undefined {
  const runs = (path: string): boolean => spawnSync(path, ["--no-sandbox", "--version"], { timeout: 30_000 }).status === 0;
  return [env.CHROMIUM_PATH ?? "", ...PLACES].find((path) => path !== "" && existsSync(path) && runs(path));
}

/** What makes Chromium offer WebGPU on a machine without a GPU: SwiftShader computes on the processor. */
export const SWIFTSHADER: readonly string[] = [
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--ignore-gpu-blocklist",
];

/**
 * One Chromium for the tests of a file, started when a test first asks for a page and closed after the last.
 * @returns A function that opens a fresh profile, or skips the test that asks where there is no Chromium.
 */
export function sharedChromium(
  flags: readonly string[] = ["--disable-gpu"],
): (test: TestContext, options?: BrowserContextOptions) => Promise<BrowserContext> {
  let executablePath: string | undefined;
  let browser: Promise<Browser> | undefined;
  afterAll(async () => (await browser?.catch(() => undefined))?.close());
  return async (test, options = {}) => {
    executablePath ??= findChromium();
    if (executablePath === undefined) {
      return test.skip(`no Chromium found: neither CHROMIUM_PATH nor ${PLACES.join(" nor ")} is one that runs`);
    }
    browser ??= chromium.launch({ executablePath, args: [...FLAGS, ...flags], headless: true, timeout: 60_000 });
    return (await browser).newContext(options);
  };
}
