import { type MonotonicMs, seconds } from "@penstock/protocol/units";
import { type MeterImage, missing, type Reading, type SiteImage, type UnitImage } from "../image.ts";
import type { SiteControlConfig } from "../site-control-config.ts";
import { cellOrder } from "./cell-order.ts";
import { type Doubt, type Look, noDoubts } from "./doubt.ts";
import { type MeterFreeze, meterFreeze } from "./meter-freeze.ts";
import { type MeterRate, meterRate } from "./meter-rate.ts";
import { outOfRange } from "./out-of-range.ts";
import { type RestBound, restBound } from "./rest-bound.ts";
import { type SocDrift, socDrift } from "./soc-drift.ts";
import { temperatureRate } from "./temperature-rate.ts";
import { type UnitFreeze, unitFreeze } from "./unit-freeze.ts";

/** What the checks remember, and what they doubt until they look again. Plain data. */
export interface TrustMemory {
  readonly lookedMs: MonotonicMs;
  readonly doubts: readonly Doubt[];
  /** Of every cycle; the others are of the last look. */
  readonly meterRate: MeterRate | undefined;
  readonly meterFreeze: MeterFreeze | undefined;
  readonly restBound: RestBound | undefined;
  readonly unitFreeze: readonly (UnitFreeze | undefined)[];
  readonly socDrift: readonly (SocDrift | undefined)[];
  readonly temperatures: readonly (number | undefined)[];
}

export interface Believed {
  /** The image with what is not believed gone missing, its cause said. */
  readonly image: SiteImage;
  readonly memory: TrustMemory | undefined;
  readonly doubts: readonly Doubt[];
}

/**
 * Fresh is not true. Checks that need time look once a second; what no device can show is caught in its cycle. A site
 * without trust terms believes all that is fresh.
 */
export function believe(before: TrustMemory | undefined, image: SiteImage, config: SiteControlConfig): Believed {
  if (config.trust === undefined) return { image, memory: undefined, doubts: noDoubts };
  const looked = isDue(before, image) ? look(before, image, config) : before;
  const rate = meterRate(before?.meterRate, image, config);
  const memory = looked && { ...looked, meterRate: rate.memory };
  const wrong = outOfRange(image, config) ?? noDoubts;
  const lasting = looked?.doubts ?? noDoubts;
  const doubts = wrong.length + rate.doubts.length === 0 ? lasting : [...lasting, ...rate.doubts, ...wrong];
  return { image: doubts.length === 0 ? image : without(image, doubts), memory, doubts };
}

const everyMs = seconds(1);

const isDue = (before: TrustMemory | undefined, { monotonicMs }: SiteImage): boolean =>
  before === undefined || !(monotonicMs - before.lookedMs < everyMs) || monotonicMs < before.lookedMs;

function look(before: TrustMemory | undefined, image: SiteImage, config: SiteControlConfig): TrustMemory | undefined {
  const { trust: terms } = config;
  if (terms === undefined) return undefined;
  const nowMs = image.monotonicMs;
  const sinceMs = before === undefined ? 0 : nowMs - before.lookedMs;
  const elapsedMs = sinceMs > 0 && sinceMs <= 3 * everyMs ? sinceMs : 0;
  const asked: Look = { image, nowMs, elapsedMs, config, terms };
  const meter = meterFreeze(before?.meterFreeze, asked);
  const rest = restBound(before?.restBound, asked);
  const units = unitFreeze(before?.unitFreeze ?? [], asked);
  const socs = socDrift(before?.socDrift ?? [], asked);
  const temperatures = temperatureRate(before?.temperatures ?? [], asked);
  return {
    lookedMs: nowMs,
    doubts: [meter, rest, units, socs, temperatures].flatMap(({ doubts }) => doubts).concat(cellOrder(asked)),
    meterRate: before?.meterRate,
    meterFreeze: meter.memory,
    restBound: rest.memory,
    unitFreeze: units.memory,
    socDrift: socs.memory,
    temperatures: temperatures.memory,
  };
}

function without(image: SiteImage, doubts: readonly Doubt[]): SiteImage {
  const of = (device: string) => doubts.filter((doubt) => doubt.device === device);
  return {
    ...image,
    units: image.units.map((unit) => withoutOf(unit, of(unit.id))),
    meter: withoutOf(image.meter, of("meter")),
  };
}

function withoutOf<Device extends UnitImage | MeterImage>(device: Device, doubts: readonly Doubt[]): Device {
  if (doubts.length === 0) return device;
  const gone: Record<string, Reading<never>> = {};
  for (const { field, cause } of doubts) {
    for (const name of field === "allowances" ? ["chargeWMax", "dischargeWMax"] : [field]) gone[name] = missing(cause);
  }
  return { ...device, ...gone };
}
