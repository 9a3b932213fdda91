import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { serveSite } from "@penstock/firmware-sims/servers/index.ts";
import { createSite } from "@penstock/firmware-sims/sites/index.ts";
import { privateKeyFromSeed, publicKeyPem } from "@penstock/protocol/lease";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { UtcMs } from "@penstock/protocol/units";
import { afterAll, beforeAll, expect, test } from "vitest";
import { patiently } from "../harness/child-process.ts";
import { askJson } from "../harness/json-lines.ts";
import { siteDocumentOf } from "../harness/site-config.ts";

/**
 * Follows Dockerfile.edge step by step in an empty folder: what it copies is copied, what it runs is run, and the
 * image's files are laid out as they would be. No container engine is needed, so the proof runs anywhere.
 */
const root = resolve(import.meta.dirname, "../..");
const work = mkdtempSync(join(tmpdir(), "penstock-image-"));
const build = join(work, "build");
const image = join(work, "image");

beforeAll(() => {
  const lines = readFileSync(join(root, "Dockerfile.edge"), "utf8").replace(/\\\n/g, " ").split("\n");
  for (const line of lines) follow(line);
}, 300_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

function follow(line: string): void {
  const [, instruction = "", rest = ""] = /^(COPY|RUN)\s+(.*)$/.exec(line) ?? [];
  if (instruction === "RUN") {
    const path = `${dirname(process.execPath)}:${process.env["PATH"]}`;
    execFileSync("sh", ["-c", rest], { cwd: build, stdio: "pipe", env: { ...process.env, PATH: path } });
  }
  if (instruction === "COPY") {
    const words = rest.split(/\s+/);
    const isFromBuild = words[0]?.startsWith("--from=build") ?? false;
    const paths = isFromBuild ? words.slice(1) : words;
    const target = paths.at(-1) ?? ".";
    for (const path of paths.slice(0, -1)) {
      const from = isFromBuild ? join(build, path.replace("/build/", "")) : join(root, path);
      const to = join(isFromBuild ? image : build, target.endsWith("/") ? join(target, path) : target);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(from, to, {
        recursive: true,
        verbatimSymlinks: true,
        // A clean checkout has neither; a used one may.
        filter: (file) => isFromBuild || !/\/(node_modules|dist)(\/|$)/.test(file.slice(root.length)),
      });
    }
  }
}

test("the image holds the edge, its few packages, and nothing of the cloud's", () => {
  expect(existsSync(join(image, "edge/dist/penstock-edge.js"))).toBe(true);
  const lock = JSON.parse(readFileSync(join(image, "node_modules/.package-lock.json"), "utf8"));
  const packages = Object.entries(
    lock.packages as Record<string, { link?: boolean; hasInstallScript?: boolean }>,
  ).filter(([path, { link }]) => path.includes("node_modules/") && link !== true);
  expect(packages.length).toBeLessThanOrEqual(60);
  expect(
    packages.map(([path]) => path).filter((path) => /aedes|preact|uplot|node-opcua|vitest|tsup/.test(path)),
  ).toEqual([]);
  const { dependencies } = JSON.parse(readFileSync(join(image, "edge/package.json"), "utf8"));
  expect(Object.keys(dependencies).length).toBeLessThanOrEqual(10);
});

test("what was built starts, controls a site over Modbus, and answers sitectl", { timeout: 60_000 }, async () => {
  const site = createSite("feeder", { rng: new Rng(5), startMs: UtcMs(Date.UTC(2026, 0, 15)) });
  const served = await serveSite({ site, clock: new SystemClock(), stepMs: 50, pkiFolder: join(work, "pki") });
  const socket = join(work, "site.sock");
  writeFileSync(join(work, "password"), "unused\n");
  mkdirSync(join(work, "data"));
  const { plant: _, ...document } = siteDocumentOf("feeder", {
    energySpeed: 1,
    leaseKeys: [{ keyId: "desk", publicKeyPem: publicKeyPem(privateKeyFromSeed(new Uint8Array(32))) }],
    freshness: { unitS: 1, meterS: 1, plantS: 3 },
    addresses: {
      portOf: (device) =>
        [...served.addresses.units, served.addresses.meter].find(({ id }) => id === device)?.port ?? 0,
      plantEndpointUrl: served.addresses.plant.endpointUrl,
      pkiFolder: join(work, "pki-edge"),
      brokerUrl: "mqtt://127.0.0.1:1",
      passwordFile: join(work, "password"),
      storeFile: join(work, "data/edge.db"),
      socket,
    },
  });
  writeFileSync(join(work, "site.yaml"), JSON.stringify(document));
  const edge = spawn(
    process.execPath,
    [join(image, "edge/dist/penstock-edge.js"), "--config", join(work, "site.yaml")],
    {
      cwd: image,
      stdio: "ignore",
    },
  );
  try {
    const status = await patiently("the bundled edge", 20_000, async () => {
      const answer = await askJson({ path: socket }, { op: "status" });
      const devices = answer["devices"] as { state: string }[];
      return devices.length === 5 && devices.every(({ state }) => state === "ready") ? answer : undefined;
    });
    expect(status["site"]).toBe("feeder");
    const said = execFileSync(
      process.execPath,
      [join(image, "edge/bin/sitectl.mjs"), "status", "--socket", socket, "--json"],
      {
        encoding: "utf8",
      },
    );
    expect(JSON.parse(said)).toMatchObject({ version: 1, site: "feeder" });
  } finally {
    edge.kill();
    await served.close();
  }
});
