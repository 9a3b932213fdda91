import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const manifest = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

/** What only a lab, or a model made elsewhere, needs, and the one package that brings it. */
const APART = [
  { library: "@duckdb/node-api", folder: "cloud/duckdb", name: "@penstock/cloud-duckdb" },
  { library: "onnxruntime-web", folder: "cloud/onnx", name: "@penstock/cloud-onnx" },
];

test.each(APART)("$library is loaded by name when it is used, never imported", ({ library }) => {
  const files = ["cloud", "edge", "protocol"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"));
  expect(files.length).toBeGreaterThan(300);
  const importing = files.filter((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return text.includes(`from "${library}`) || text.includes(`import("${library}`);
  });
  expect(importing).toEqual([]);
});

test.each(APART)("$library comes with a package of its own, optional to the cloud and unknown to the edge", (apart) => {
  expect(Object.keys(manifest(apart.folder).dependencies)).toContain(apart.library);
  expect(Object.keys(manifest("cloud").optionalDependencies)).toContain(apart.name);
  expect(Object.keys(manifest("cloud").dependencies)).not.toContain(apart.library);
  expect(JSON.stringify(manifest("edge"))).not.toContain(apart.name);
});
