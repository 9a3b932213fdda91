import type { DeliveryDocument } from "@penstock/cloud/dispatch/deliveries-document.ts";
import type { SiteHandle, World } from "../harness/world.ts";
import { serviceTerms } from "../response/service-terms.ts";
import { answers } from "./answers.ts";
import { expectNoViolations, expectThat, type Scenario, settle, until } from "./scenario.ts";

const SERVICE = "fcasFastRaise";
/** Enough to be told from losses and meters. */
const READY_W_MIN = 2e6;
/** The longest of an interval that may be gone when frequency falls: what is left is longer than the service's six seconds. */
const SINCE_LEASE_MS_MAX = 14_000;

/**
 * A raise service that is off unless a lease names it. The desk sells it with energy, its lease arms it, frequency falls,
 * the meter shows what was sold, and the interval is settled with it. Five minutes of market are half a minute here.
 */
export const soldAndDelivered: Scenario = {
  name: "a reserve the desk sold is armed by its lease, answers at the meter, and is on the interval's invoice",
  sites: ["park"],
  services: { park: [{ kind: SERVICE, contractedMW: 10, armedBy: "lease" }] },
  marketSpeed: 10,
  async run(world) {
    const park = world.site("park");
    await park.moveFrequency(50);
    await settle(world, park);
    const lease = await soldAndSteady(world, park);
    const contractedW = readyOf(lease);
    const told = (await park.why())?.services?.find(({ service }) => service === SERVICE);
    expectThat(
      told?.contractedW === contractedW,
      `${contractedW} W were sold and the site holds ${told?.contractedW} W`,
    );

    const terms = serviceTerms["fcas-fast"];
    const fallsAtMs = world.wallMs();
    await answers(world, park, { terms, contractedW, event: () => park.moveFrequency(49.5), forMs: 7_500 });
    await park.moveFrequency(50);
    const { deliveries: meanwhile } = await world.cloud.deliveries();
    const clamped = meanwhile.find(
      ({ clampedAtMs, clampedW, powerW }) =>
        (clampedAtMs ?? 0) > fallsAtMs && Math.abs((clampedW ?? powerW) - powerW) > contractedW / 4,
    );
    expectThat(clamped === undefined, `a response on top of its lease is no clamp: ${JSON.stringify(clamped)}`);

    let settled: DeliveryDocument["settled"] = null;
    await until(world, "the interval is settled", 90_000, async () => {
      const { deliveries } = await world.cloud.deliveries();
      settled = deliveries.find(({ leaseId }) => leaseId === lease.leaseId)?.settled ?? null;
      return settled !== null;
    });
    const earned = (settled as DeliveryDocument["settled"])?.reserveAmount ?? 0;
    expectThat(earned > 0, `the interval's invoice has ${earned} for what was kept ready`);

    if (world.kind === "virtual") {
      await world.cloud.kill();
      await until(world, "without a lease nothing is armed", 150_000, async () => (await armedW(park)) === 0);
    }
    await expectNoViolations(park);
  },
};

/** Waits for an award with enough of it, at the start of its interval, with the site at its set-point. */
async function soldAndSteady(world: World, park: SiteHandle): Promise<DeliveryDocument> {
  let lease: DeliveryDocument | undefined;
  await until(world, `the desk sells ${SERVICE} and the park stands still`, 400_000, async () => {
    const { deliveries } = await world.cloud.deliveries();
    [lease] = deliveries;
    if (lease === undefined || readyOf(lease) < READY_W_MIN) return false;
    const sinceMs = world.wallMs() - (lease.wish?.atMs ?? lease.issuedAtMs);
    if (sinceMs > SINCE_LEASE_MS_MAX || (await armedW(park)) !== readyOf(lease)) return false;
    const { batteryPowerW } = await park.truth();
    return Math.abs(batteryPowerW - lease.powerW) < STEADY_W;
  });
  expectThat(lease !== undefined, "a lease was found");
  return lease;
}

const readyOf = ({ ready }: DeliveryDocument): number => ready.find(({ service }) => service === SERVICE)?.powerW ?? 0;

const armedW = async (site: SiteHandle): Promise<number> =>
  (await site.why())?.services?.find(({ service }) => service === SERVICE)?.contractedW ?? 0;

const STEADY_W = 50_000;
