import type { SiteImage, UnitImage } from "@penstock/edge/control/image.ts";
import { good } from "@penstock/edge/control/image.ts";
import { spelledOut } from "@penstock/edge/control/reason.ts";
import { nesoDcHigh, nesoDcLow } from "@penstock/edge/control/services/neso-dynamic.ts";
import type { SiteControlConfig } from "@penstock/edge/control/site-control-config.ts";
import { initialState, step } from "@penstock/edge/control/step.ts";
import type { Grant, Latches } from "@penstock/edge/control/step-types.ts";
import { Rng } from "@penstock/protocol/rng";
import { Celsius, Hz, MonotonicMs, Ms, MW, Soc, UtcMs, V, VA, Var, W, Wh, WPerS } from "@penstock/protocol/units";
import { type Benchmark, median, percentile, rounded, timed } from "./bench.ts";

const UNITS = 200;
const CYCLES = 5_000;

/**
 * One whole control step for 200 unequal units: P and Q, every limit and service evaluated and attributed, and every reason
 * written out, which a site does once a second. The units drift
 * between cycles, so no two steps are alike. The anchor splits the same target in proportion and explains nothing.
 */
export const allocation: Benchmark = {
  name: "allocation",
  text: `one control step for ${UNITS} units, P and Q, all limits attributed`,
  async run({ repeats, progress }) {
    const p50: number[] = [];
    const p99: number[] = [];
    const max: number[] = [];
    const anchorP50: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const images = imagesOf(new Rng(`allocation-${repeat}`), 64);
      const stepMs = wholeSteps(images);
      const anchorMs = bareSplits(images);
      p50.push(median(stepMs));
      p99.push(percentile(stepMs, 0.99));
      max.push(percentile(stepMs, 1));
      anchorP50.push(median(anchorMs));
      progress(
        `run ${repeat + 1} of ${repeats}: p50 ${rounded(p50[repeat] ?? 0)} ms, p99 ${rounded(p99[repeat] ?? 0)} ms`,
      );
    }
    return {
      units: UNITS,
      cycles: CYCLES,
      stepP50Ms: rounded(median(p50)),
      stepP99Ms: rounded(median(p99)),
      stepMaxMs: rounded(median(max)),
      anchor: "proportional split, no limits, no reasons",
      anchorP50Ms: rounded(median(anchorP50)),
      ratio: rounded(median(p50) / median(anchorP50)),
    };
  },
};

function wholeSteps(images: readonly SiteImage[]): Float64Array {
  const first = images[0] as SiteImage;
  let state = initialState(first);
  const took = new Float64Array(CYCLES);
  for (let cycle = -500; cycle < CYCLES; cycle++) {
    const seen = images[(cycle + 500) % images.length] as SiteImage;
    const image: SiteImage = { ...seen, monotonicMs: MonotonicMs((cycle + 501) * 100) };
    const grant: Grant = { ...lease, powerW: MW(cycle % 100 < 50 ? 120 : -80) };
    const elapsedMs = timed(() => {
      const output = step(state, { image, grants: [grant], latches }, config);
      spelledOut(output.explanation);
      ({ state } = output);
    });
    if (cycle >= 0) took[cycle] = elapsedMs;
  }
  return took;
}

function bareSplits(images: readonly SiteImage[]): Float64Array {
  const share = new Float64Array(UNITS);
  return Float64Array.from({ length: CYCLES }, (_, cycle) => {
    const { units } = images[cycle % images.length] as SiteImage;
    return timed(() => {
      let sumW = 0;
      for (const unit of units) sumW += unit.rating.dischargeWMax;
      for (let index = 0; index < UNITS; index++)
        share[index] = (120e6 * (units[index]?.rating.dischargeWMax ?? 0)) / sumW;
    });
  });
}

function imagesOf(rng: Rng, count: number): readonly SiteImage[] {
  const ratings = Array.from({ length: UNITS }, () => MW(rng.between(0.5, 1.9)));
  return Array.from({ length: count }, () => {
    const units = ratings.map((ratingW, index) => unitOf(rng, index, ratingW));
    const batteryW = units.reduce((sum, { powerW }) => sum + (powerW.quality === "good" ? powerW.value : 0), 0);
    return {
      monotonicMs: MonotonicMs(0),
      nowMs: UtcMs(Date.UTC(2026, 0, 1)),
      units,
      meter: {
        powerW: good(W(batteryW - 2e6), Ms(40)),
        reactiveVar: good(Var(0), Ms(40)),
        frequencyHz: good(Hz(rng.between(49.6, 50.4)), Ms(40)),
        voltageV: good(V(33_000), Ms(40)),
        exportedWh: good(Wh(0), Ms(40)),
        importedWh: good(Wh(0), Ms(40)),
      },
      plant: {
        breakerClosed: good(true, Ms(200)),
        transformerTemperatureC: good(Celsius(82), Ms(200)),
        gridOperatorLimitW: good({ powerWMin: MW(-60), powerWMax: MW(90) }, Ms(200)),
      },
    };
  });
}

/** Unequal in size, charge and mood; one in twenty is hot, one in fifty does not answer. */
function unitOf(rng: Rng, index: number, ratingW: W): UnitImage {
  const room = rng.between(0.6, 1);
  return {
    id: `unit-${index + 1}`,
    rating: {
      chargeWMax: ratingW,
      dischargeWMax: ratingW,
      apparentVAMax: VA(ratingW * 1.2),
      capacityWh: Wh(ratingW * 2),
    },
    powerW: rng.chance(0.02)
      ? { quality: "missing", cause: "no answer" }
      : good(W(rng.between(-0.5, 0.5) * ratingW), Ms(40)),
    reactiveVar: good(Var(0), Ms(40)),
    soc: good(Soc(rng.between(0.02, 0.98)), Ms(200)),
    chargeWMax: good(W(ratingW * room), Ms(200)),
    dischargeWMax: good(W(ratingW * room), Ms(200)),
    temperatureC: good(Celsius(index % 20 === 7 ? 47 : 28), Ms(200)),
    state: good("running", Ms(200)),
    remote: good(true, Ms(200)),
    setpointW: good(W(0), Ms(200)),
    dischargedWh: good(Wh(0), Ms(200)),
    chargedWh: good(Wh(0), Ms(200)),
  };
}

const config: SiteControlConfig = {
  siteId: "bench",
  periodMs: Ms(100),
  connection: { exportWMax: MW(100), importWMax: MW(80), marginW: W(100_000), withoutMeterW: MW(20) },
  ramp: { upWPerS: WPerS(20e6), downWPerS: WPerS(20e6) },
  socWindow: { socMin: Soc(0.05), socMax: Soc(0.95), taper: Soc(0.05) },
  transformer: { derateFromC: Celsius(80), temperatureCMax: Celsius(110) },
  unitThermal: { derateFromC: Celsius(40), temperatureCMax: Celsius(55) },
  freshness: { unitMs: Ms(500), meterMs: Ms(500), plantMs: Ms(2_000) },
  leaseRampWPerS: WPerS(20e6),
  leaseReversals: { max: 1_000, withinMs: Ms(300_000) },
  feeder: { exportWMax: MW(140), importWMax: MW(140) },
  inverterPriority: "reactive",
  owner: {
    zone: "Australia/Brisbane",
    dayStartsAt: "04:00",
    cyclesPerDayMax: 100,
    rest: { afterCycles: 100, forMs: Ms(600_000) },
    seasons: [{ months: [1, 12], band: { socMin: Soc(0.08), socMax: Soc(0.92), taper: Soc(0.05) } }],
  },
  trust: { meterFreezeMs: Ms(10_000), unitFreezeMs: Ms(20_000), socDriftMax: 1, energySpeed: 1 },
  minimumLoad: { restBelow: 0.02, resumeAbove: 0.06, settleMs: Ms(10_000) },
  services: {
    contracts: [
      { type: "curve", name: "nesoDcLow", contractedW: MW(20), rule: nesoDcLow },
      { type: "curve", name: "nesoDcHigh", contractedW: MW(20), rule: nesoDcHigh },
    ],
    actuationMs: Ms(100),
  },
  fallback: {
    onCloudLoss: { action: "ramp-to-zero", rampWPerS: WPerS(5e6) },
    onMeterLoss: { action: "ramp-to-zero", rampWPerS: WPerS(5e6) },
    onUnitLoss: "redistribute",
  },
};

const latches: Latches = {
  stop: undefined,
  localLimitW: { powerWMin: MW(-70), powerWMax: MW(95), by: "bench", reason: "maintenance of transformer 2" },
  mode: "auto",
  manualPowerW: W(0),
  gridOperatorLimitW: undefined,
};

const lease: Grant = {
  leaseId: "bench",
  sequence: 1,
  priority: 5,
  kind: "setpoint",
  powerW: W(0),
  reactiveVar: Var(15e6),
  rampWPerS: undefined,
  limitW: undefined,
  notBeforeMonotonicMs: MonotonicMs(0),
  expiresMonotonicMs: MonotonicMs(Number.MAX_SAFE_INTEGER),
  onExpire: { action: "ramp-to-zero", rampWPerS: undefined },
  reason: "benchmark",
};
