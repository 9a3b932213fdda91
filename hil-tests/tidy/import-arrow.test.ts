import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

/**
 * The arrow of the architecture, read from every import there is. Everything may use `protocol`; `protocol`
 * uses nothing of ours; the three halves never meet except under the judges' eyes in `hil-tests`.
 */
const root = resolve(import.meta.dirname, "../..");
const PACKAGES = ["protocol", "edge", "cloud", "firmware-sims", "hil-tests"] as const;
type Package = (typeof PACKAGES)[number];

const MAY_USE: Record<Package, readonly Package[]> = {
  protocol: [],
  edge: ["protocol"],
  cloud: ["protocol"],
  "firmware-sims": ["protocol"],
  "hil-tests": ["protocol", "edge", "cloud", "firmware-sims"],
};

/** The simulators' maps are typed afresh from the documents: they see how we measure, never what the edge believes. */
const SIMS_MAY_USE = ["units", "time", "rng", "result"];

interface Import {
  readonly from: string;
  readonly to: string;
}

test.each(PACKAGES)("%s imports only what the arrow allows", (name) => {
  const wrong = importsOf(name).filter(({ from, to }) => {
    const target = packageOf(from, to);
    if (target === undefined || target === name) return false;
    if (MAY_USE[name].includes(target)) return false;
    // The trading backtest runs the very limiter the site runs.
    return !(name === "cloud" && from.startsWith("cloud/lab/") && target === "edge" && to.includes("/control/"));
  });
  expect(wrong).toEqual([]);
});

test("the simulators share nothing with the drivers but units, time, chance and results", () => {
  const wrong = importsOf("firmware-sims").filter(({ to }) => {
    const shared = /^@penstock\/protocol\/([a-z-]+)/.exec(to)?.[1];
    return shared !== undefined && !SIMS_MAY_USE.includes(shared);
  });
  expect(wrong).toEqual([]);
});

test("one package reaches another by its name, never by a path through its wall", () => {
  const wrong = PACKAGES.flatMap(importsOf).filter(({ from, to }) => {
    if (!to.startsWith(".")) return false;
    return packageOf(from, to) !== packageOf(from, `./${from}`) && packageOf(from, to) !== from.split("/")[0];
  });
  expect(wrong).toEqual([]);
});

test("the pure cores touch no clock, no chance and no wire of their own", () => {
  const pure = [
    "edge/control",
    "edge/leases",
    "protocol/units",
    "protocol/lease",
    "protocol/sparkplug",
    "protocol/sunspec",
    "firmware-sims/plant",
    "cloud/forecast",
    "cloud/optimise",
    "cloud/strategies",
    "cloud/markets",
  ];
  const forbidden =
    /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|setTimeout\(|setInterval\(|process\.hrtime)/;
  const wrong = pure
    .flatMap(sourcesBelow)
    .filter((file) => !file.endsWith(".test.ts"))
    .filter((file) => forbidden.test(withoutComments(readFileSync(join(root, file), "utf8"))));
  expect(wrong).toEqual([]);
});

function importsOf(name: Package): Import[] {
  return sourcesBelow(name).flatMap((from) => {
    const text = withoutComments(readFileSync(join(root, from), "utf8"));
    const found = [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)["']([^"'\n]+)["']/gm)];
    return found.map((match) => ({ from, to: match[1] as string }));
  });
}

/** Which of our packages an import lands in; undefined for the world outside. */
function packageOf(from: string, to: string): Package | undefined {
  if (to.startsWith("@penstock/")) {
    const named = to.split("/")[1] as string;
    return (named.startsWith("edge") ? "edge" : named) as Package;
  }
  if (!to.startsWith(".")) return undefined;
  return relative(root, resolve(root, dirname(from), to)).split("/")[0] as Package;
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}
