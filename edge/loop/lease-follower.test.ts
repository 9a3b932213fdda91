import { MonotonicMs, MW, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { SiteImage } from "../control/image.ts";
import type { Explanation } from "../control/step-types.ts";
import { LeaseFollower } from "./lease-follower.ts";
import { grantOf } from "./testing/bench-site.ts";

const image = { nowMs: UtcMs(0), monotonicMs: MonotonicMs(0), units: [] } as unknown as SiteImage;
const service = (deliveredMW: number) => ({
  service: "fcasFastRaise",
  contractedW: MW(10),
  wantedW: MW(deliveredMW),
  deliveredW: MW(deliveredMW),
  text: "",
});

test.each<[number, number[], number, number | undefined, string]>([
  // asked   services   all of it   told as clamped to
  [-19, [], -19, undefined, "it does what it is asked for"],
  [-19, [10], -9, undefined, "it answers frequency on top: nothing is missing of the lease"],
  [5, [10], 15, undefined, "the same while it sells"],
  [5, [], 3, 3, "limits leave less"],
  [5, [-2], 1, 3, "limits leave less, and a service goes on top of that"],
])("asked for %d MW, services of %j MW, %d MW in all: clamped to %s MW, %s", (askedMW, servicesMW, allMW, toldMW, _because) => {
  const explanation = {
    ...{ source: "lease", leaseId: "lease-1", because: [] },
    ...{ wishW: MW(askedMW), clampedW: MW(allMW), targetW: MW(allMW) },
    services: servicesMW.map(service),
  } as unknown as Explanation;
  const told = new LeaseFollower().progress(image, explanation, [grantOf(askedMW * 1e6)], []);
  const clamped = told.find(({ state }) => state === "clamped");
  expect(clamped?.powerW).toBe(toldMW === undefined ? undefined : W(toldMW * 1e6));
});
