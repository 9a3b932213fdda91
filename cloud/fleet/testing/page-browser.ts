import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";

const chromiumPath = "/usr/bin/chromium";
const cloud = resolve(import.meta.dirname, "../..");

export const pageFolder = resolve(cloud, "dist/page");
export const hasChromium = existsSync(chromiumPath);
if (!hasChromium) process.stderr.write(`the page is not opened: there is no ${chromiumPath}\n`);

/** Bundles the page as it is now. */
export function buildPage(): void {
  const tsup = resolve(cloud, "../node_modules/tsup/dist/cli-default.js");
  const built = spawnSync(process.execPath, [tsup, "--config", "tsup.config.ts", "--silent"], {
    cwd: cloud,
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`the page does not build: ${built.stdout}${built.stderr}`);
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync"],
    ],
  });
