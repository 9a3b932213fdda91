import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const edge = resolve(import.meta.dirname, "../../edge");

test("an edge without OPC UA devices loads nothing of it: no file outside its package imports it", () => {
  const files = readdirSync(edge, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.startsWith("opc-ua/") && !file.includes("node_modules"),
  );
  expect(files.length).toBeGreaterThan(100);
  const importing = files.filter((file) =>
    /from "(node-opcua|@penstock\/edge-opc-ua|(\.\.?\/)+opc-ua\/)/.test(readFileSync(join(edge, file), "utf8")),
  );
  expect(importing).toEqual([]);
});

test("and installs nothing of it: the edge names the package as optional, and only that package names node-opcua", () => {
  const manifest = (folder: string) => JSON.parse(readFileSync(join(edge, folder, "package.json"), "utf8"));
  expect(Object.keys(manifest(".").optionalDependencies)).toEqual(["@penstock/edge-opc-ua"]);
  expect(Object.keys(manifest(".").dependencies).filter((name) => name.includes("opc"))).toEqual([]);
  expect(Object.keys(manifest("opc-ua").dependencies)).toContain("node-opcua-client");
});
