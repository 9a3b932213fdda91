import { MonotonicMs, MW, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { sampleGrant, sampleImage, sampleInput } from "../sample-site.ts";
import { armServices } from "./arm-services.ts";
import { fcasFastRaise } from "./fcas.ts";
import { runServices, withServices } from "./sample-services.ts";
import type { Service } from "./service.ts";

const raise: Service = {
  type: "curve",
  name: "fcasFastRaise",
  contractedW: MW(5),
  rule: fcasFastRaise,
  armedByLease: true,
};
const config = withServices(raise);
const leaseOf = (readyMW: number | undefined, service = "fcasFastRaise") => ({
  ...sampleGrant({ powerW: W(0), expiresMonotonicMs: MonotonicMs(60_000) }),
  ...(readyMW !== undefined && { reserves: [{ service, powerW: MW(readyMW) }] }),
});
const inputOf = (...grants: ReturnType<typeof leaseOf>[]) => sampleInput(sampleImage(), { grants });
const armedMW = (...grants: ReturnType<typeof leaseOf>[]): number => {
  const [service] = armServices(config, inputOf(...grants)).services?.contracts ?? [];
  return service?.type === "curve" ? service.contractedW / 1e6 : Number.NaN;
};

test.each([
  ["no lease", [], 0],
  ["a lease that names none", [leaseOf(undefined)], 0],
  ["a lease for another service", [leaseOf(3, "fcr")], 0],
  ["a lease for 3 MW", [leaseOf(3)], 3],
  ["a lease for more than is contracted", [leaseOf(9)], 5],
  ["a lease that has ended", [{ ...leaseOf(3), expiresMonotonicMs: MonotonicMs(0) }], 0],
])("with %s there is %#", (_, grants, readyMW) => {
  expect(armedMW(...grants)).toBe(readyMW);
});

test("a service that is always on, and a site without services, stay as they are", () => {
  const { armedByLease: _, ...always } = raise;
  const held = withServices(always);
  expect(armServices(held, inputOf())).toBe(held);
});

test("armed for 3 MW it gives 3 MW when frequency falls to the reference, and nothing without a lease", () => {
  const falls = (atMs: number) => (atMs < 1_000 ? 50 : 49.5);
  const armed = runServices(inputOf(leaseOf(3)), config, 5_000, falls);
  expect((armed.at(-1)?.powerW ?? 0) / 1e6).toBeCloseTo(3, 3);
  const idle = runServices(inputOf(leaseOf(undefined)), config, 5_000, falls);
  expect(idle.at(-1)?.powerW).toBe(0);
});
