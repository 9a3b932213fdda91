import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/** `npm run check`: types, lint and format. Quiet when all is well. */
const root = resolve(import.meta.dirname, "../..");
const steps = [
  [process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", root]],
  [join(root, "node_modules/.bin/biome"), ["ci", "."]],
] as const;

for (const [command, args] of steps) {
  if (spawnSync(command, args, { cwd: root, stdio: "inherit" }).status !== 0) process.exitCode = 1;
}
