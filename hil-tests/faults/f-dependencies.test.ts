import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { modbusTcpTransport } from "@penstock/edge/transports/modbus-tcp.ts";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const readJson = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly integrity?: string; readonly link?: boolean }>
  >;
}

describe("F", () => {
  test("64: every package an edge installs is named to the last digit and held to its bytes", () => {
    const { packages } = readJson("package-lock.json") as Lock;
    for (const manifest of ["edge/package.json", "edge/opc-ua/package.json", "protocol/package.json"]) {
      const { dependencies = {} } = readJson(manifest) as { dependencies?: Record<string, string> };
      for (const [name, version] of Object.entries(dependencies)) {
        expect(version, `${manifest}: ${name}`).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
      }
    }
    const loose = Object.entries(packages).filter(
      ([path, { link, integrity }]) => path.startsWith("node_modules/") && link !== true && integrity === undefined,
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  test("64: how long a device is waited for is ours to say, whatever a library thinks of it", async () => {
    // Takes connections and never says a word.
    const server = createServer((socket) => socket.on("error", () => {}));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    for (const deadlineMs of [50, 200, 500]) {
      const clock = new SystemClock();
      const transport = modbusTcpTransport({ host: "127.0.0.1", port, unitId: 1, clock, rng: new Rng(1) });
      const startedMs = performance.now();
      const isAnswered = await new Promise<boolean>((done) =>
        transport.read(40_000, 2, Ms(deadlineMs), (result) => done(result.ok)),
      );
      expect(isAnswered).toBe(false);
      // Long before any library's own patience, on however busy a machine.
      expect(performance.now() - startedMs).toBeLessThan(deadlineMs + 5_000);
      transport.close();
    }
    await new Promise<void>((done) => server.close(() => done()));
  });
});
