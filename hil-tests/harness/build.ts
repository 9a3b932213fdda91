import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/** `npm run build`: the edge's bundle in edge/dist. The fleet page in cloud/dist was brought up to date on the way here. */
const root = resolve(import.meta.dirname, "../..");
const tsup = join(root, "node_modules/tsup/dist/cli-default.js");
const { status } = spawnSync(process.execPath, [tsup, "--config", "tsup.config.ts"], {
  cwd: join(root, "edge"),
  stdio: "inherit",
});
if (status === 0) process.stdout.write("edge/dist and cloud/dist are built\n");
process.exitCode = status ?? 1;
