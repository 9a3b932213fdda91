import { SystemClock } from "@penstock/protocol/time";
import { MonotonicMs, seconds } from "@penstock/protocol/units";
import { afterEach, expect, test } from "vitest";
import { HandMadeMeter, HandMadeUnit } from "../devices/testing/hand-made-unit.ts";
import { RawServer, serveHandler } from "../transports/testing/raw-server.ts";
import { type LoopHandle, startLoopThread } from "./loop-handle.ts";
import type { LoopOutput } from "./loop-types.ts";
import { BenchSite, grantOf, NO_LATCHES } from "./testing/bench-site.ts";

const servers: RawServer[] = [];
let handle: LoopHandle | undefined;
afterEach(async () => {
  await handle?.stop();
  handle = undefined;
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

test("the loop in its thread drives a unit over Modbus TCP, takes input, and stops when told", async () => {
  const unit = new HandMadeUnit();
  const startMs = new SystemClock().monotonicMs();
  unit.nowS = () => (new SystemClock().monotonicMs() - startMs) / 1000;
  const outputs: LoopOutput[] = [];
  const failures: unknown[] = [];
  handle = startLoopThread(await threadData(unit), {
    onOutput: (output) => outputs.push(output),
    onFailure: (cause) => failures.push(cause),
  });
  await until(() => outputs.some((output) => output.type === "records"));
  expect(unit.setpointW).toBe(0);
  const nowMs = new SystemClock().monotonicMs();
  const grant = grantOf(300_000, { notBeforeMonotonicMs: nowMs, expiresMonotonicMs: MonotonicMs(nowMs + 60_000) });
  handle.post({ type: "grants", grants: [grant] });
  await until(() => unit.setpointW === 300_000);
  await until(() =>
    outputs.some((output) => output.type === "status" && output.status.explanation.leaseId === "lease-1"),
  );
  await handle.stop();
  expect(failures).toEqual([]);
}, 30_000);

test("a thread that dies says so: here for a driver that is not on the shelf", async () => {
  const data = await threadData(new HandMadeUnit());
  const units = data.config.units.map((unit) => ({ ...unit, driver: "abacus" }));
  const cause = await new Promise<unknown>((resolve) => {
    handle = startLoopThread(
      { ...data, config: { ...data.config, units } },
      { onOutput: () => {}, onFailure: resolve },
    );
  });
  expect(String(cause)).toContain("no unit driver is named abacus");
}, 30_000);

async function threadData(unit: HandMadeUnit) {
  const { config } = new BenchSite({ units: 1 });
  const unitPort = await serve(unit);
  const meterPort = await serve(new HandMadeMeter());
  return {
    config: {
      ...config,
      units: config.units.map((one) => ({ ...one, port: unitPort, revertAfterMs: seconds(30) })),
      meter: { ...config.meter, port: meterPort },
    },
    initialLatches: NO_LATCHES,
    initialGrants: [],
    trustPlantOnFirstUse: false,
  };
}

async function serve(device: HandMadeUnit | HandMadeMeter): Promise<number> {
  const server = new RawServer(serveHandler(device));
  servers.push(server);
  return server.listen();
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}
