import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { afterAll, expect, test } from "vitest";
import { createSite } from "../sites/index.ts";
import { serveOpcUa } from "./opc-ua-server.ts";

const folder = await mkdtemp(join(tmpdir(), "firmware-sims-ports-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a port that somebody else took meanwhile is left to them, and another is found", async () => {
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  const site = createSite("feeder", { rng: new Rng(1), startMs: 1_750_000_000_000 as UtcMs, soc: 0.5 });
  const options = { plantController: site.plantController, siteName: "feeder", nowMs: () => 0, pkiFolder: folder };
  const ports = [port, await freePort()];
  const served = await serveOpcUa({ ...options, findPort: async () => ports.shift() ?? 0 });
  expect(ports).toEqual([]);
  expect(served.port).not.toBe(port);
  expect(served.endpointUrl).toContain(`:${served.port}`);
  await served.close();

  // A port that was asked for by number is that one or none.
  await expect(serveOpcUa({ ...options, port })).rejects.toThrow("EADDRINUSE");
  await new Promise((resolve) => other.close(resolve));
}, 120_000);

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
