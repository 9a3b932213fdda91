import type { Clock } from "@penstock/protocol/time";
import { Celsius, Hz, Ms, MW, Soc, seconds, V, VA, Var, W, Wh } from "@penstock/protocol/units";
import { good, missing } from "../../control/image.ts";
import type { SiteStatus } from "../../loop/loop-types.ts";

/** A site at its export limit: it was asked for 6 MW and gives 3.8 MW. */
export function sampleStatus(clock: Clock): SiteStatus {
  const age = Ms(40);
  const unit = (index: number, powerW: number) => ({
    id: `unit-${index}`,
    rating: { chargeWMax: MW(1.9), dischargeWMax: MW(1.9), apparentVAMax: VA(2.4e6), capacityWh: Wh(3.9e6) },
    powerW: good(W(powerW), age),
    reactiveVar: good(Var(0), age),
    soc: good(Soc(0.62), age),
    chargeWMax: good(MW(1.9), age),
    dischargeWMax: good(MW(1.9), age),
    temperatureC: good(Celsius(31), age),
    state: good("running" as const, age),
    remote: good(true, age),
    setpointW: good(W(powerW), age),
    dischargedWh: good(Wh(0), age),
    chargedWh: good(Wh(0), age),
  });
  return {
    timeMs: clock.nowMs(),
    image: {
      monotonicMs: clock.monotonicMs(),
      nowMs: clock.nowMs(),
      units: [unit(1, 1.9e6), unit(2, 1.9e6)],
      meter: {
        powerW: good(MW(4.6), age),
        reactiveVar: good(Var(0), age),
        frequencyHz: good(Hz(50.01), age),
        voltageV: good(V(231), age),
        exportedWh: good(Wh(0), age),
        importedWh: missing("never read"),
      },
      plant: undefined,
    },
    plant: undefined,
    explanation: {
      source: "lease",
      wishW: MW(6),
      wishText: "lease lease-7: NEM energy PNSTK1 10:05 target",
      leaseId: "lease-7",
      services: [],
      reactive: [],
      clampedW: MW(3.8),
      targetW: MW(3.8),
      interval: { powerWMin: MW(-3.8), powerWMax: MW(3.8) },
      because: [
        {
          limit: "hardware",
          interval: { powerWMin: MW(-3.8), powerWMax: MW(3.8) },
          movedW: W(0),
          text: "2 units can give 3.8 MW",
        },
        {
          limit: "grid-connection",
          interval: { powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax: MW(3.8) },
          movedW: MW(-2.2),
          text: "export limit 5.0 MW less 1.2 MW from the rest of the site, of which 0.1 MW is kept as margin",
        },
      ],
      units: [
        { unitId: "unit-1", powerW: MW(1.9), because: "" },
        { unitId: "unit-2", powerW: MW(1.9), because: "at its rating" },
      ],
      alarms: [{ code: "limit-conflict", text: "two limits leave nothing between them" }],
    },
    loop: {
      periodMs: Ms(100),
      cycles: 1_234,
      lateCycles: 1,
      missedCycles: 0,
      latenessP50Ms: 0.2,
      latenessP99Ms: 0.9,
      latenessP999Ms: 2.4,
      latenessMaxMs: 3,
      latenessCounts: [
        [0.2, 1_233],
        [3, 1],
      ],
      cycleP99Ms: 11,
      stages: {
        read: { budgetMs: 60, p50Ms: 6, p99Ms: 10, maxMs: 14, overruns: 0 },
        decode: { budgetMs: 8, p50Ms: 0.1, p99Ms: 0.2, maxMs: 1, overruns: 0 },
        step: { budgetMs: 12, p50Ms: 0.05, p99Ms: 0.1, maxMs: 1, overruns: 0 },
        guard: { budgetMs: 2, p50Ms: 0.01, p99Ms: 0.02, maxMs: 0.2, overruns: 0 },
        write: { budgetMs: 8, p50Ms: 0.4, p99Ms: 0.7, maxMs: 2, overruns: 0 },
      },
    },
    devices: [
      {
        id: "unit-1",
        driver: "sunspec-storage",
        state: "ready",
        lastReadAgeMs: seconds(0.04),
        requests: 100,
        timeouts: 0,
        exceptions: 0,
        lastError: undefined,
      },
    ],
  };
}
