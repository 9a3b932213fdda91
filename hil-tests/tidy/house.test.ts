import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

test("every file type-checks under the strict settings", { timeout: 180_000 }, () => {
  const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", root], {
    encoding: "utf8",
  });
  expect(tsc.stdout).toBe("");
  expect(tsc.status).toBe(0);
});

test("lint and format are quiet", { timeout: 60_000 }, () => {
  const biome = spawnSync(join(root, "node_modules/.bin/biome"), ["ci", "--colors=off", "."], {
    cwd: root,
    encoding: "utf8",
  });
  expect(biome.status, `${biome.stdout}${biome.stderr}`).toBe(0);
});

test("every folder of ours says in a README what lives there", () => {
  const folders = ["protocol", "edge", "cloud", "firmware-sims", "hil-tests"].flatMap((name) => [
    name,
    ...readdirSync(join(root, name), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !["node_modules", "dist", "bin"].includes(entry.name))
      .map((entry) => `${name}/${entry.name}`),
  ]);
  const silent = folders.filter(
    (folder) => statSync(join(root, folder, "README.md"), { throwIfNoEntry: false }) === undefined,
  );
  expect(silent).toEqual([]);
});

test("versions are exact, and the lockfile names no host to fetch from", () => {
  const manifests = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === "package.json" && !/node_modules|dist|\.penstock/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name));
  expect(manifests.length).toBeGreaterThan(5);
  for (const path of manifests) {
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    for (const group of ["dependencies", "devDependencies", "optionalDependencies"]) {
      for (const [name, version] of Object.entries(manifest[group] ?? {})) {
        expect(version, `${relative(root, path)}: ${name}`).toMatch(/^\d+\.\d+\.\d+(-[a-z\d.]+)?$/);
      }
    }
  }
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const fetched = Object.entries(lock.packages as Record<string, { resolved?: string; link?: boolean }>).filter(
    ([, entry]) => entry.resolved !== undefined && /^\w+:/.test(entry.resolved),
  );
  expect(fetched).toEqual([]);
});
