import type { Rng } from "@penstock/protocol/rng";
import { createMeterReading, Meter } from "../devices/meter.ts";
import { createDailyPower, type DailyPower, stepDailyPower } from "../plant/daily-shape.ts";
import type { SiteSpec } from "./site-spec.ts";
import type { BranchTruth, SiteTruth } from "./site-truth.ts";

/** Cables or transformers inside a site, each with its units, a load beside them, and its own meter: `north` has `north-meter`. */
export class Branches {
  readonly meters: readonly Meter[];
  readonly truths: readonly BranchTruth[];
  readonly #branches: readonly Branch[];

  constructor({ branches = [], feeder }: SiteSpec, rng: Rng) {
    this.#branches = branches.map(({ id, units, limitW, load }) => ({
      units,
      truth: { id, powerW: 0, reactivePowerVar: 0, loadW: 0, limitW },
      load: load && createDailyPower({ ...load, variationMs: 20_000, rng: rng.fork(`branch-${id}`) }),
      meter: new Meter(`${id}-meter`, createMeterReading(), {
        powerWMax: feeder.transformerVA,
        voltageVNominal: feeder.voltageVNominal,
      }),
    }));
    this.meters = this.#branches.map(({ meter }) => meter);
    this.truths = this.#branches.map(({ truth }) => truth);
  }

  /** The hour goes on; what all loads take together, which is nothing while the site is dark. */
  step(dayMs: number, dtMs: number, isOn: boolean): number {
    let sumW = 0;
    for (const { load, truth } of this.#branches) {
      if (load !== undefined) stepDailyPower(load, dayMs, dtMs);
      truth.loadW = isOn ? (load?.powerW ?? 0) : 0;
      sumW += truth.loadW;
    }
    return sumW;
  }

  /** What each carries, + towards the connection, and its meter shows. */
  read({ units, voltageV, frequencyHz, breakerClosed }: SiteTruth, loadVarPerW: number, hours: number): void {
    for (const { units: places, truth, meter } of this.#branches) {
      let powerW = -truth.loadW;
      let reactiveVar = -loadVarPerW * truth.loadW;
      for (const place of places) {
        powerW += units[place]?.powerW ?? 0;
        reactiveVar += units[place]?.reactivePowerVar ?? 0;
      }
      truth.powerW = powerW;
      truth.reactivePowerVar = reactiveVar;
      const { reading } = meter;
      const meanW = (reading.powerW + powerW) / 2;
      if (meanW >= 0) reading.exportedWh += meanW * hours;
      else reading.importedWh -= meanW * hours;
      reading.powerW = powerW;
      reading.reactivePowerVar = reactiveVar;
      reading.voltageV = voltageV;
      reading.frequencyHz = breakerClosed ? frequencyHz : Number.NaN;
    }
  }
}

interface Branch {
  readonly units: readonly number[];
  readonly truth: BranchTruth;
  readonly load: DailyPower | undefined;
  readonly meter: Meter;
}
