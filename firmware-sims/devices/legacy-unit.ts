import type { Battery } from "../plant/battery.ts";
import { commandInverter } from "../plant/inverter.ts";
import { legacyUnitValues } from "./legacy-unit-values.ts";
import { ModbusDevice } from "./modbus-device.ts";
import { common } from "./models/common.ts";
import { immediateControls, storageControl } from "./models/legacy-controls.ts";
import { legacyInverter } from "./models/legacy-inverter.ts";
import { legacyFloatInverter } from "./models/legacy-inverter-float.ts";
import { basicSettings, nameplate } from "./models/legacy-ratings.ts";
import { extendedStatus } from "./models/legacy-status.ts";
import type { Point } from "./point.ts";
import { RegisterImage } from "./register-image.ts";
import { hasRunOut, type Reversion, restart } from "./reversion.ts";
import type { Surroundings } from "./surroundings.ts";
import { createUnitState, type UnitState } from "./unit-state.ts";

export interface LegacyUnitOptions {
  /** Model 113 (float32) instead of 103. */
  readonly isFloat?: boolean;
  readonly base?: number;
}

/**
 * An older storage inverter: SunSpec 1, 103 or 113, 120–124. Its battery is commanded by 124 as a band: OutWRte is
 * the greatest discharge and InWRte the greatest charge, in percent, each in force when its bit of StorCtl_Mod is
 * set; a negative one turns a greatest into a least of the other direction. Left alone inside its band it rests.
 */
export class LegacyUnit extends ModbusDevice {
  readonly state: UnitState;
  readonly #held: ReturnType<typeof heldPoints>;
  readonly #initialWords: Uint16Array;
  readonly #rules: ReadonlyMap<Point, (value: number) => boolean>;

  constructor(id: string, battery: Battery, surroundings: Surroundings, options: LegacyUnitOptions = {}) {
    const { isFloat = false, base } = options;
    const state = createUnitState(battery, surroundings);
    const inverter = isFloat ? legacyFloatInverter : legacyInverter;
    const models = [common, inverter, nameplate, basicSettings, extendedStatus, immediateControls, storageControl];
    super(id, new RegisterImage(models, legacyUnitValues(state, `SIM-${id}`, isFloat), { base }));
    this.state = state;
    this.#held = heldPoints(this.image);
    this.#initialWords = this.image.words.slice();
    this.#rules = new Map(Object.entries(rules).map(([key, rule]) => [this.image.point(key), rule]));
  }

  /** Lets the firmware's timers run. Called once a step, before the physics. */
  tick(nowMs: number): void {
    const { state, image } = this;
    state.nowMs = nowMs;
    const wasConnected = state.isConnected;
    state.isConnected = state.surroundings.voltagePu > 0 && image.value(this.#held.connect) === 1;
    let hasChanged = wasConnected !== state.isConnected;
    for (const { reversion, fallsTo } of this.#timers()) {
      if (!hasRunOut(reversion, nowMs)) continue;
      image.set(fallsTo, 0);
      hasChanged = true;
    }
    if (state.battery.thermal.derating < 1) state.isOverTemperatureLatched = true;
    if (hasChanged) this.#order();
  }

  setLocal(isLocal: boolean): void {
    this.state.isLocal = isLocal;
    this.#order();
  }

  /** The firmware starts again: every setting at its default, at rest. */
  override restart(): void {
    const { state } = this;
    this.image.restore(this.#initialWords);
    state.startedMs = state.nowMs;
    state.isOverTemperatureLatched = false;
    for (const { reversion } of this.#timers()) restart(reversion, state.nowMs, false, 0);
    this.#order();
  }

  protected override rule(point: Point): ((value: number) => boolean) | undefined {
    return this.#rules.get(point);
  }

  protected override refuses(): number {
    return 0;
  }

  protected override written(address: number, count: number): void {
    for (const { reversion, fallsTo, timeS } of this.#timers()) {
      const first = Math.min(fallsTo.address, timeS.address) - 8;
      const last = Math.max(fallsTo.address, timeS.address);
      if (address > last || address + count <= first) continue;
      restart(reversion, this.state.nowMs, this.image.value(fallsTo) !== 0, this.image.value(timeS));
    }
    this.#order();
  }

  /** What runs out, and the enable that then becomes 0. */
  #timers(): readonly { reversion: Reversion; fallsTo: Point; timeS: Point }[] {
    const { state } = this;
    const held = this.#held;
    return [
      { reversion: state.power, fallsTo: held.mode, timeS: held.rateTimeS },
      { reversion: state.reactive, fallsTo: held.reactiveEnable, timeS: held.reactiveTimeS },
      { reversion: state.limit, fallsTo: held.limitEnable, timeS: held.limitTimeS },
    ];
  }

  #order(): void {
    const { state } = this;
    const isObeying = state.isConnected && !state.isLocal;
    const powerW = isObeying ? this.#orderedW() : 0;
    const reactiveVar = isObeying ? this.#orderedVar() : 0;
    if (powerW === state.setPointW && reactiveVar === state.setPointVar) return;
    state.setPointW = powerW;
    state.setPointVar = reactiveVar;
    commandInverter(state.battery.inverter, state.nowMs, powerW, reactiveVar);
  }

  /** 0 where the band allows it, else the end of the band that is nearer to 0. */
  #orderedW(): number {
    const { image } = this;
    const held = this.#held;
    const mode = image.value(held.mode);
    const { powerWMax } = this.state.battery.ratings;
    const chargeWMax = Math.min(powerWMax, image.value(held.chargeWMax));
    const capW = image.value(held.limitEnable) === 1 ? (powerWMax * image.value(held.limitPercent)) / 100 : powerWMax;
    const max = (mode & 2) !== 0 ? (powerWMax * image.value(held.dischargePercent)) / 100 : powerWMax;
    const min = (mode & 1) !== 0 ? (-chargeWMax * image.value(held.chargePercent)) / 100 : -chargeWMax;
    return Math.min(capW, Math.max(-chargeWMax, Math.min(max, Math.max(min, 0))));
  }

  #orderedVar(): number {
    const { image } = this;
    const held = this.#held;
    if (image.value(held.reactiveEnable) !== 1 || image.value(held.reactiveMode) !== 1) return 0;
    const { powerWMax, reactivePowerVarMax } = this.state.battery.ratings;
    const wantedVar = (powerWMax * image.value(held.reactivePercent)) / 100;
    return Math.max(-reactivePowerVarMax, Math.min(reactivePowerVarMax, wantedVar));
  }
}

const heldPoints = (image: RegisterImage) => ({
  connect: image.point("123.Conn"),
  limitPercent: image.point("123.WMaxLimPct"),
  limitTimeS: image.point("123.WMaxLimPct_RvrtTms"),
  limitEnable: image.point("123.WMaxLim_Ena"),
  reactivePercent: image.point("123.VArWMaxPct"),
  reactiveTimeS: image.point("123.VArPct_RvrtTms"),
  reactiveMode: image.point("123.VArPct_Mod"),
  reactiveEnable: image.point("123.VArPct_Ena"),
  chargeWMax: image.point("124.WChaMax"),
  mode: image.point("124.StorCtl_Mod"),
  dischargePercent: image.point("124.OutWRte"),
  chargePercent: image.point("124.InWRte"),
  rateTimeS: image.point("124.InOutWRte_RvrtTms"),
});

const between =
  (min: number, max: number) =>
  (value: number): boolean =>
    value >= min - 1e-6 && value <= max + 1e-6;
/** The not-implemented value is taken where a controller that writes the whole block has nothing else to put. */
const orAbsent =
  (rule: (value: number) => boolean) =>
  (value: number): boolean =>
    Number.isNaN(value) || rule(value);
const flag = between(0, 1);
const percent = between(-100, 100);
const timeS = between(0, 0xfffe);

/** What may be written, and with what. Everything else is read-only. */
const rules: Readonly<Record<string, (value: number) => boolean>> = {
  "123.Conn_WinTms": timeS,
  "123.Conn_RvrtTms": timeS,
  "123.Conn": flag,
  "123.WMaxLimPct": between(0, 100),
  "123.WMaxLimPct_WinTms": timeS,
  "123.WMaxLimPct_RvrtTms": timeS,
  "123.WMaxLimPct_RmpTms": timeS,
  "123.WMaxLim_Ena": flag,
  "123.VArWMaxPct": percent,
  "123.VArMaxPct": orAbsent(percent),
  "123.VArAvalPct": orAbsent(percent),
  "123.VArPct_WinTms": timeS,
  "123.VArPct_RvrtTms": timeS,
  "123.VArPct_RmpTms": timeS,
  "123.VArPct_Mod": between(0, 3),
  "123.VArPct_Ena": flag,
  "124.StorCtl_Mod": between(0, 3),
  "124.OutWRte": percent,
  "124.InWRte": percent,
  "124.InOutWRte_WinTms": timeS,
  "124.InOutWRte_RvrtTms": timeS,
  "124.InOutWRte_RmpTms": timeS,
  "124.ChaGriSet": flag,
};
