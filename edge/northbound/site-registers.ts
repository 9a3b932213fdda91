import { invariant } from "@penstock/protocol/result";
import { blankModel, encodePoint, findPoint, type Model, modelById } from "@penstock/protocol/sunspec";
import { type Ms, type UtcMs, W } from "@penstock/protocol/units";
import type { PowerInterval, Reading } from "../control/image.ts";
import type { SiteStatus } from "../loop/loop-types.ts";

export const BASE_ADDRESS = 40_000;

/** What the site shows of itself. */
export interface SiteView {
  readonly siteId: string;
  readonly nowMs: UtcMs;
  readonly site: SiteStatus | undefined;
  /** The limit that is latched for the grid operator. */
  readonly limitW: PowerInterval | undefined;
  /** The command of the grid operator that holds now. */
  readonly setpoint?: ShownSetpoint | undefined;
}

/** What 704 shows of a command: the power at the connection, and how long it still holds. */
export interface ShownSetpoint {
  readonly powerW: W;
  readonly remainingMs: Ms;
}

export interface SiteRegisters {
  /** From {@link BASE_ADDRESS}. */
  readonly registers: Uint16Array;
  /** What 704's percentages are percent of. */
  readonly ratedW: W;
}

/**
 * The site as one SunSpec device: 1 who it is, 701 what the batteries do, 702 what they can, 704 the limit and the set-point in
 * force, 713 their energy, 203 the meter at the point of connection, export positive. What is not known, and everything
 * once the loop's last word is older than three seconds, is shown as not implemented, never as an old number.
 */
export function siteRegisters(
  { siteId, nowMs, site, limitW }: SiteView,
  setpointPoints: Readonly<Record<string, number | null>> = {},
): SiteRegisters {
  const isFresh = site !== undefined && nowMs - site.timeMs <= FRESH_MS;
  const units = site?.image.units ?? [];
  const known = <T extends number>(reading: Reading<T> | undefined): number | null =>
    isFresh && reading?.quality === "good" ? reading.value : null;
  const sum = (values: readonly (number | null)[]): number | null =>
    isFresh && values.length > 0 && !values.includes(null)
      ? values.reduce<number>((all, one) => all + (one ?? 0), 0)
      : null;
  const rated = (of: (unit: (typeof units)[number]) => number) => units.reduce((all, unit) => all + of(unit), 0);
  const dischargeW = rated(({ rating }) => rating.dischargeWMax);
  const chargeW = rated(({ rating }) => rating.chargeWMax);
  const apparentVA = rated(({ rating }) => rating.apparentVAMax);
  const capacityWh = rated(({ rating }) => rating.capacityWh);
  const energyWh = sum(units.map(({ soc, rating }) => times(known(soc), rating.capacityWh)));
  const meter = site?.image.meter;
  const powerScale = scaleFor(Math.max(dischargeW, chargeW, apparentVA));
  const energyScale = scaleFor(capacityWh);
  const isRunning = units.some(({ state }) => state.quality === "good" && state.value === "running");
  const isLimited = limitW !== undefined && Number.isFinite(limitW.powerWMax);
  const models = [
    filled(1, {}, { Mn: "Penstock", Md: "site controller", Vr: "0.1.0", SN: siteId.slice(0, 32), DA: 1 }),
    filled(
      701,
      { W_SF: powerScale, VA_SF: powerScale, Var_SF: powerScale, Hz_SF: -3, TotWh_SF: 0 },
      {
        ACType: 2,
        St: isFresh ? Number(isRunning) : null,
        InvSt: isFresh ? (isRunning ? RUNNING : STANDBY) : null,
        W: sum(units.map(({ powerW }) => known(powerW))),
        Var: sum(units.map(({ reactiveVar }) => known(reactiveVar))),
        Hz: known(meter?.frequencyHz),
        TotWhInj: sum(units.map(({ dischargedWh }) => known(dischargedWh))),
        TotWhAbs: sum(units.map(({ chargedWh }) => known(chargedWh))),
      },
    ),
    filled(
      702,
      { W_SF: powerScale, VA_SF: powerScale },
      {
        WMaxRtg: dischargeW,
        VAMaxRtg: apparentVA,
        WChaRteMaxRtg: chargeW,
        WDisChaRteMaxRtg: dischargeW,
        WMax: dischargeW,
        WChaRteMax: sum(units.map(({ chargeWMax }) => known(chargeWMax))),
        WDisChaRteMax: sum(units.map(({ dischargeWMax }) => known(dischargeWMax))),
      },
    ),
    filled(
      704,
      { WMaxLimPct_SF: PERCENT_SCALE, WSet_SF: 0 },
      {
        ...setpointPoints,
        WMaxLimPctEna: Number(isLimited),
        WMaxLimPct: dischargeW > 0 && isLimited ? percentOf(limitW.powerWMax, dischargeW) : 100,
      },
    ),
    filled(
      713,
      { WH_SF: energyScale, Pct_SF: -2 },
      {
        WHRtg: capacityWh,
        WHAvail: energyWh,
        SoC: energyWh === null || capacityWh === 0 ? null : (100 * energyWh) / capacityWh,
        Sta: isFresh ? 0 : null,
      },
    ),
    filled(
      203,
      {
        W_SF: powerScale,
        VAR_SF: powerScale,
        V_SF: scaleFor(voltsOf(known(meter?.voltageV))),
        Hz_SF: -2,
        TotWh_SF: METER_ENERGY_SCALE,
      },
      {
        W: known(meter?.powerW),
        VAR: known(meter?.reactiveVar),
        Hz: known(meter?.frequencyHz),
        PhV: known(meter?.voltageV),
        TotWhExp: known(meter?.exportedWh),
        TotWhImp: known(meter?.importedWh),
      },
    ),
  ];
  const registers = [0x5375, 0x6e53, ...models.flatMap((model) => Array.from(model)), 0xffff, 0];
  return { registers: Uint16Array.from(registers), ratedW: W(dischargeW) };
}

/** Where 704 begins, from {@link BASE_ADDRESS}: behind SunS, 1 (68), 701 (155) and 702 (52). */
export const CONTROLS_OFFSET = 2 + 68 + 155 + 52;
export const PERCENT_SCALE = -2;

const FRESH_MS = 3_000;
const RUNNING = 3;
const STANDBY = 7;
/** acc32 in tens of Wh holds forty terawatt-seconds more than a meter's life. */
const METER_ENERGY_SCALE = 3;

const times = (a: number | null, b: number): number | null => (a === null ? null : a * b);
const voltsOf = (volts: number | null): number => volts ?? 1;
/** A limit against charging alone cannot be said in 704; it is 0 there at least. */
const percentOf = (powerW: number, ofW: number): number => Math.min(100, Math.max(0, (100 * powerW) / ofW));

/** The finest power of ten in which the value, doubled, fits an int16. */
function scaleFor(value: number): number {
  for (let exponent = -2; exponent < 10; exponent++) if ((2 * value) / 10 ** exponent <= 32_767) return exponent;
  return 10;
}

function filled(
  id: number,
  scales: Readonly<Record<string, number>>,
  values: Readonly<Record<string, number | string | null>>,
): Uint16Array {
  const model = modelById(id) as Model;
  const image = blankModel(model);
  for (const [name, exponent] of Object.entries(scales)) put(name, exponent);
  for (const [name, value] of Object.entries(values)) put(name, value);
  return image;

  function put(name: string, value: number | string | null): void {
    const encoded = encodePoint(model, name, value, scales);
    // A reading beyond its point's range is not one we can show.
    const registers = encoded.ok ? encoded : encodePoint(model, name, null, scales);
    const point = findPoint(model, name);
    invariant(registers.ok && point !== undefined, `model ${id} takes ${name}`);
    image.set(registers.value, point.offset);
  }
}
