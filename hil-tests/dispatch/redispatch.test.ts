import { hours, Ms, MW, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { stageOf } from "../harness/scene.ts";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { VirtualWorld } from "../harness/virtual-world.ts";

const CONTROL_INTERVAL_MS = 1_000;

/** Two sites of about the same size trade under one name; an operator's signal holds the unit at a power. */
class Pair {
  readonly world = new VirtualWorld({
    seed: 11,
    sites: ["feeder", "street"],
    stageOf: (name) => stageOf(name === "street" ? "legacy" : name),
    startMs: SIM_START_MS,
    prices: generatedPrices(11, hours(1)),
    marketSpeed: 1,
    faults: "none",
    durationMs: hours(1),
  });
  #sequence = 0;

  constructor(signalMW: number) {
    this.world.start();
    // Into an interval with a certificate behind its bid: what each site can do is known from there on.
    this.passing(Ms(11 * 60_000), signalMW);
  }

  /** Time goes by while the operator renews its signal every four seconds. */
  passing(durationMs: Ms, signalMW: number): void {
    for (let doneMs = 0; doneMs < durationMs; doneMs += 4_000) {
      const { clock, cloud } = this.world;
      const about = { kind: "agc", unitId: "PNSTK2", sequence: ++this.#sequence } as const;
      cloud.wished({ ...about, powerW: MW(signalMW), sentAtMs: UtcMs(clock.nowMs()) });
      this.world.advance(seconds(4));
    }
  }

  wishMW(site: "feeder" | "street"): number {
    return (this.world.site(site).why()?.wishW ?? 0) / 1e6;
  }

  batteryMW(site: "feeder" | "street"): number {
    return this.world.site(site).sim.truth.batteryPowerW / 1e6;
  }

  /** How long until something is so, looked at every cycle. */
  until(isSo: () => boolean, withinMs = 20_000): number {
    for (let passedMs = 0; passedMs <= withinMs; passedMs += 100) {
      if (isSo()) return passedMs;
      this.world.advance(Ms(100));
    }
    return Number.POSITIVE_INFINITY;
  }

  violations(): number {
    return [...this.world.sites.values()].reduce((sum, site) => sum + site.checkers.violations.length, 0);
  }
}

/** One world for all three: each leaves it as it found it, but for the last. */
const pair = new Pair(2);

test("a signal is split by what the sites hold, and the plants do it", () => {
  expect(pair.batteryMW("feeder") + pair.batteryMW("street")).toBeCloseTo(2, 1);
  expect(Math.min(pair.batteryMW("feeder"), pair.batteryMW("street"))).toBeGreaterThan(0.2);
  expect(pair.violations()).toBe(0);
});

test("when a grid operator's limit clamps one, the other is asked for what is missing within one control interval", () => {
  const [feederMW, streetMW] = [pair.wishMW("feeder"), pair.wishMW("street")];
  const { sim } = pair.world.site("feeder");
  sim.setGridOperatorLimit(-5e6, sim.truth.gridPowerW - 0.6 * feederMW * 1e6);
  const tookMs = pair.until(() => pair.wishMW("street") > streetMW + 0.3 * feederMW);
  expect(tookMs).toBeLessThanOrEqual(CONTROL_INTERVAL_MS);
  pair.passing(seconds(12), 2);
  expect(pair.batteryMW("feeder") + pair.batteryMW("street")).toBeCloseTo(2, 0);
  sim.liftGridOperatorLimit();
  pair.passing(seconds(60), 2);
  expect(pair.wishMW("street")).toBeCloseTo(streetMW, 1);
  expect(pair.violations()).toBe(0);
});

test("when one dies, the other is asked for its share within one control interval of the broker's word", () => {
  const [feederMW, streetMW] = [pair.wishMW("feeder"), pair.wishMW("street")];
  pair.world.site("feeder").killEdge();
  const tookMs = pair.until(() => pair.wishMW("street") > streetMW + 0.9 * feederMW);
  expect(tookMs).toBeLessThanOrEqual(CONTROL_INTERVAL_MS);
  expect(pair.violations()).toBe(0);
});
