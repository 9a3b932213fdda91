import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
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
const dockerfile = readFileSync(join(root, "Dockerfile.edge"), "utf8").replace(/\\\n/g, " ").split("\n");
const build = join(work, "build");
const image = join(work, "image");

beforeAll(() => {
  for (const line of dockerfile) follow(line);
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
    const isFromBuild = words.includes("--from=build");
    const paths = words.filter((word) => !word.startsWith("--"));
    const target = paths.at(-1) ?? ".";
    for (const path of paths.slice(0, -1)) {
      const inBuild = path.startsWith("/build/") ? join(build, path.replace("/build/", "")) : process.execPath;
      const from = isFromBuild ? inBuild : join(root, path);
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

test("the image runs as nobody, exposes no port, writes to one volume and says whether it controls", () => {
  const last = dockerfile.findLastIndex((line) => line.startsWith("FROM "));
  const words = dockerfile.slice(last).filter((line) => line !== "" && !line.startsWith("#"));
  const of = (name: string) => words.filter((line) => line.startsWith(`${name} `));
  expect(of("EXPOSE")).toEqual([]);
  expect(of("RUN")).toEqual([]);
  expect(of("VOLUME")).toEqual(["VOLUME /data"]);
  expect(of("USER")).toEqual([expect.stringMatching(/^USER [1-9]\d{3,}:[1-9]\d{3,}$/)]);
  expect(of("HEALTHCHECK").join()).toContain("status --check");
  // What the image holds of Node is the program; a package manager would be one more thing to trust.
  expect(readdirSync(join(image, "usr/local/bin"))).toEqual(["node"]);
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
  const before = filesBelow(image);
  const startedMs = performance.now();
  const edge = spawn(
    process.execPath,
    [join(image, "edge/dist/penstock-edge.js"), "--config", join(work, "site.yaml")],
    {
      cwd: image,
      stdio: "ignore",
    },
  );
  try {
    const status = await patiently("the bundled edge", 40_000, async () => {
      const answer = await askJson({ path: socket }, { op: "status" });
      const devices = answer["devices"] as { state: string }[];
      const isControlling = devices.length === 5 && devices.every(({ state }) => state === "ready");
      return isControlling && answer["source"] !== null && answer["wishW"] !== null ? answer : undefined;
    });
    // There is no network but the devices' own: the broker does not exist.
    expect(performance.now() - startedMs).toBeLessThan(10_000 * slowness());
    expect(status["site"]).toBe("feeder");
    const processes = [edge.pid ?? 0, ...childrenOf(edge.pid ?? 0)];
    expect(processes).toHaveLength(2); // The edge and its supervisor.
    expect(processes.flatMap(listeningOf)).toEqual([]);
    await patiently("a command on its way", 10_000, async () => {
      const why = await askJson({ path: socket }, { op: "why" });
      return String(why["wishText"]).startsWith("nothing is commanded") ? undefined : true;
    });
    const said = execFileSync(
      process.execPath,
      [join(image, "edge/bin/sitectl.mjs"), "status", "--socket", socket, "--json"],
      {
        encoding: "utf8",
      },
    );
    expect(JSON.parse(said)).toMatchObject({ version: 1, site: "feeder" });
    // The root of the image is read-only: nothing below it came or changed.
    expect(filesBelow(image)).toEqual(before);
  } finally {
    edge.kill();
    await served.close();
  }
});

/** Every file and when it was written last. */
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => `${file} ${statSync(file).mtimeMs}`)
    .toSorted();

const childrenOf = (pid: number): readonly number[] =>
  readdirSync("/proc")
    .map(Number)
    .filter((other) => {
      try {
        // "pid (name) state parent": the name may hold anything but its own last parenthesis.
        const afterName = readFileSync(`/proc/${other}/stat`, "utf8").split(") ").at(-1);
        return Number(afterName?.split(" ")[1]) === pid;
      } catch {
        return false; // No process, or gone meanwhile.
      }
    });

/** How much slower than a quiet machine this one starts a bare Node at the moment; 1 and more. */
function slowness(): number {
  const startedMs = performance.now();
  execFileSync(process.execPath, ["-e", ""]);
  return Math.max(1, (performance.now() - startedMs) / 200);
}

/** TCP sockets of a process that wait for somebody to connect: their lines in the kernel's own tables. */
function listeningOf(pid: number): readonly string[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      } catch {
        return undefined; // Closed meanwhile.
      }
    }),
  );
  return ["tcp", "tcp6", "udp", "udp6"].flatMap((table) => {
    const waits = table.startsWith("tcp") ? "0A" : "07";
    const lines = readFileSync(`/proc/${pid}/net/${table}`, "utf8").trim().split("\n").slice(1);
    return lines.filter((line) => {
      const words = line.trim().split(/\s+/);
      return words[3] === waits && own.has(words[9]);
    });
  });
}
