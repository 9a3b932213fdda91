import type { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { BatteryUnit } from "../devices/battery-unit.ts";
import { LegacyUnit } from "../devices/legacy-unit.ts";
import { createMeterReading, Meter } from "../devices/meter.ts";
import type { ModbusDevice, WriteObserver } from "../devices/modbus-device.ts";
import { PlantController } from "../devices/plant-controller.ts";
import { SiteController } from "../devices/site-controller.ts";
import type { Surroundings } from "../devices/surroundings.ts";
import { FaultBoard } from "../faults/fault-board.ts";
import { type Battery, createBattery, stepBattery } from "../plant/battery.ts";
import { ambientTemperatureC, createDailyPower, type DailyPower, stepDailyPower } from "../plant/daily-shape.ts";
import { createFeeder, type Feeder, stepFeeder } from "../plant/feeder.ts";
import {
  createFrequency,
  deviate,
  type Frequency,
  type FrequencyTrace,
  playTrace,
  stepFrequency,
} from "../plant/frequency.ts";
import { createWander, stepWander, type Wander } from "../plant/wander.ts";
import { Branches } from "./branches.ts";
import { PowerLog, type PowerSample } from "./power-log.ts";
import { createTruth, showUnit, type Unit } from "./show-truth.ts";
import type { SiteSpec } from "./site-spec.ts";
import type { SiteTruth } from "./site-truth.ts";

export interface SiteOptions {
  readonly rng: Rng;
  /** Clock time at the first step. */
  readonly startMs: UtcMs;
  /** How many times faster energy and heat move than the clock; power does not. Default 1. */
  readonly energySpeed?: number;
  /** Where every unit's cells start, 0..1. By default each somewhere around a half, from the seed. */
  readonly soc?: number;
}

/** One site: physics, devices and trouble on one timeline. It moves when {@link step} is called and never else. */
export class SiteSim {
  readonly spec: SiteSpec;
  readonly energySpeed: number;
  readonly units: readonly Unit[];
  /**
   * Every device on the site's Modbus network: the units, or the one controller in front of them; then the meter at the
   * connection, and those of the site's branches.
   */
  readonly modbusDevices: readonly ModbusDevice[];
  readonly meter: Meter;
  readonly plantController: PlantController;
  readonly faults: FaultBoard;
  readonly truth: SiteTruth;
  /** In front of the units, where the site has one. */
  readonly siteController: SiteController | undefined;
  readonly #modbus: ReadonlyMap<string, ModbusDevice>;
  readonly #startMs: number;
  readonly #surroundings: Surroundings;
  readonly #feeder: Feeder;
  readonly #frequency: Frequency;
  readonly #load: DailyPower;
  readonly #solar: DailyPower;
  readonly #sourceVoltage: Wander;
  readonly #branches: Branches;
  #branchLoadW = 0;
  #pin: FrequencyPin | undefined;
  #log: PowerLog | undefined;

  constructor(spec: SiteSpec, options: SiteOptions) {
    const { rng } = options;
    this.spec = spec;
    this.energySpeed = options.energySpeed ?? 1;
    this.#startMs = options.startMs;
    const ambientC = ambientTemperatureC(solarDayMs(spec, options.startMs), spec.ambient.meanC, spec.ambient.swingC);
    this.#surroundings = { frequencyHz: spec.frequencyHzNominal, voltagePu: 1, ambientC };
    this.units = Array.from({ length: spec.unitCount }, (_, index) => {
      const id = `unit-${index + 1}`;
      const soc = options.soc ?? rng.fork(id).between(0.4, 0.6);
      return unitOf(spec, id, createBattery(spec.unit, soc, ambientC), this.#surroundings);
    });
    this.meter = new Meter("meter-1", createMeterReading(), {
      ...(spec.meterModel === undefined ? {} : { model: spec.meterModel }),
      ...(spec.mapBase === undefined ? {} : { base: spec.mapBase }),
      powerWMax: spec.feeder.transformerVA,
      voltageVNominal: spec.feeder.voltageVNominal,
    });
    this.plantController = new PlantController("plant-1", spec.connectionLimitW);
    const battery = this.units.filter((unit) => unit instanceof BatteryUnit);
    this.siteController = spec.hasSiteController ? new SiteController("controller-1", battery) : undefined;
    const fronts = this.siteController === undefined ? this.units : [this.siteController];
    this.#branches = new Branches(spec, rng);
    this.modbusDevices = [...fronts, this.meter, ...this.#branches.meters];
    const troubled = [...new Set<ModbusDevice>([...this.units, ...this.modbusDevices])];
    this.#modbus = new Map(troubled.map((device) => [device.id, device]));
    this.faults = new FaultBoard(this.#modbus, this.plantController);
    this.#feeder = createFeeder(spec.feeder, ambientC);
    this.#frequency = createFrequency(rng.fork("frequency"), spec.frequencyHzNominal);
    this.#load = createDailyPower({ ...spec.load, variationMs: 20_000, rng: rng.fork("load") });
    this.#solar = createDailyPower({ ...spec.solar, variationMs: 60_000, rng: rng.fork("solar") });
    this.#sourceVoltage = createWander(rng.fork("voltage"), 0.004, 120_000);
    this.truth = createTruth(spec, this.units, this.#branches.truths, options.startMs, ambientC);
    // A first look that moves nothing: meters and truth show the site as it begins.
    this.#advance(0);
  }

  /** Moves the whole site by `dtMs`, which may be any length; device timers are as fine as the steps. */
  step(dtMs: number): void {
    if (dtMs > 0) this.#advance(dtMs);
  }

  deviceById(id: string): ModbusDevice | undefined {
    return this.#modbus.get(id);
  }

  /** Watches every write that a device on the site's network accepts. */
  observeWrites(observer: WriteObserver): void {
    for (const device of this.modbusDevices) device.observeWrite = observer;
  }

  /** The grid operator limits the site to `[powerWMin, powerWMax]` at the point of connection until lifted. */
  setGridOperatorLimit(powerWMin: number, powerWMax: number): void {
    this.#showLimit(true, powerWMin, powerWMax);
  }

  liftGridOperatorLimit(): void {
    const { min, max } = this.spec.connectionLimitW;
    this.#showLimit(false, min, max);
  }

  openBreaker(): void {
    this.#feeder.breakerClosed = false;
  }

  closeBreaker(): void {
    this.#feeder.breakerClosed = true;
  }

  /** The grid's deviation from its everyday frequency becomes `byHz`, at once or within `overMs`. */
  frequencyStep(byHz: number, overMs = 0): void {
    deviate(this.#frequency, this.truth.elapsedMs, byHz, overMs);
  }

  /** Plays a recording from now on; undefined ends it. */
  frequencyTrace(trace: FrequencyTrace | undefined): void {
    playTrace(this.#frequency, this.truth.elapsedMs, trace);
  }

  /** Takes the frequency to a value, at once or along a straight line within `overMs`, and holds it there; undefined lets it go. */
  pinFrequency(hz: number | undefined, overMs = 0): void {
    const { frequencyHz, elapsedMs } = this.truth;
    this.#pin = hz === undefined ? undefined : { fromHz: frequencyHz, toHz: hz, startMs: elapsedMs, overMs };
  }

  /** From now on every step is kept, until asked to end; what there is can be had at any time. */
  logPower(isOn: boolean): void {
    this.#log = isOn ? new PowerLog() : undefined;
  }

  get powerLog(): readonly PowerSample[] {
    return this.#log?.samples ?? [];
  }

  #showLimit(isActive: boolean, min: number, max: number): void {
    const { gridOperatorLimitW } = this.truth;
    gridOperatorLimitW.isActive = isActive;
    gridOperatorLimitW.min = min;
    gridOperatorLimitW.max = max;
    this.plantController.showGridOperatorLimit(isActive, min, max);
  }

  #advance(dtMs: number): void {
    const { truth } = this;
    truth.elapsedMs += dtMs;
    truth.nowMs = this.#startMs + truth.elapsedMs;
    truth.marketMs = this.#startMs + truth.elapsedMs * this.energySpeed;
    this.faults.tick(truth.elapsedMs);
    this.#stepSurroundings(dtMs);
    for (const unit of this.units) unit.tick(truth.elapsedMs);
    this.siteController?.tick(truth.elapsedMs);
    if (dtMs > 0) this.#stepUnits(dtMs);
    this.#balance(dtMs);
    this.#read(dtMs);
    this.#log?.add(truth);
  }

  #stepSurroundings(dtMs: number): void {
    const { truth, spec } = this;
    const dayMs = solarDayMs(spec, truth.marketMs);
    stepFrequency(this.#frequency, truth.elapsedMs, dtMs);
    stepDailyPower(this.#load, dayMs, dtMs);
    stepDailyPower(this.#solar, dayMs, dtMs);
    stepWander(this.#sourceVoltage, dtMs);
    truth.breakerClosed = this.#feeder.breakerClosed;
    this.#branchLoadW = this.#branches.step(dayMs, dtMs, truth.breakerClosed);
    truth.frequencyHz = this.#pin === undefined ? this.#frequency.hz : pinnedHz(this.#pin, truth.elapsedMs);
    truth.ambientC = ambientTemperatureC(dayMs, spec.ambient.meanC, spec.ambient.swingC);
    this.#surroundings.frequencyHz = truth.breakerClosed ? truth.frequencyHz : 0;
    this.#surroundings.voltagePu = truth.breakerClosed ? this.#feeder.voltagePu || 1 : 0;
    this.#surroundings.ambientC = truth.ambientC;
  }

  #stepUnits(dtMs: number): void {
    for (const unit of this.units) {
      stepBattery(
        unit.state.battery,
        this.truth.elapsedMs,
        dtMs,
        this.energySpeed,
        this.truth.ambientC,
        unit.state.isConnected,
      );
    }
  }

  /** The sum every checker repeats: batteries + solar − load − auxiliary − losses = grid. */
  #balance(dtMs: number): void {
    const { truth } = this;
    const isOn = truth.breakerClosed;
    let batteryW = 0;
    let batteryVar = 0;
    let auxiliaryW = 0;
    for (const unit of this.units) {
      const { inverter, thermal } = unit.state.battery;
      batteryW += inverter.powerW;
      batteryVar += inverter.reactivePowerVar;
      auxiliaryW += thermal.auxiliaryW;
    }
    truth.batteryPowerW = batteryW;
    truth.solarW = isOn ? this.#solar.powerW : 0;
    truth.siteLoadW = isOn ? this.#load.powerW + this.#branchLoadW : 0;
    // Behind an open breaker the units live on their own cells for a while; the site draws nothing.
    truth.auxiliaryW = isOn ? auxiliaryW : 0;
    const beforeLossesW = batteryW + truth.solarW - truth.siteLoadW - truth.auxiliaryW;
    truth.gridReactivePowerVar = batteryVar - loadVarPerW * truth.siteLoadW;
    const dtS = (dtMs * this.energySpeed) / 1000;
    const sourcePu = 1 + this.#sourceVoltage.value;
    stepFeeder(this.#feeder, dtS, beforeLossesW, truth.gridReactivePowerVar, sourcePu, truth.ambientC);
    truth.lossesW = this.#feeder.lossesW;
    truth.gridPowerW = beforeLossesW - truth.lossesW;
    truth.voltageV = this.#feeder.voltagePu * this.spec.feeder.voltageVNominal;
    truth.transformerTemperatureC = this.#feeder.transformerTemperatureC;
  }

  /** Instruments look: the meter, the plant controller and the truth. */
  #read(dtMs: number): void {
    const { truth } = this;
    const { reading } = this.meter;
    const hours = (dtMs * this.energySpeed) / 3_600_000;
    const meanW = (reading.powerW + truth.gridPowerW) / 2;
    if (meanW >= 0) reading.exportedWh += meanW * hours;
    else reading.importedWh -= meanW * hours;
    reading.powerW = truth.gridPowerW;
    reading.reactivePowerVar = truth.gridReactivePowerVar;
    reading.voltageV = truth.voltageV;
    reading.frequencyHz = truth.breakerClosed ? truth.frequencyHz : Number.NaN;
    truth.exportedWh = reading.exportedWh;
    truth.importedWh = reading.importedWh;
    this.plantController.tick(truth.elapsedMs, truth.breakerClosed, truth.transformerTemperatureC);
    for (let index = 0; index < this.units.length; index++) {
      const unit = this.units[index];
      const shown = truth.units[index];
      if (unit !== undefined && shown !== undefined) showUnit(shown, unit);
    }
    this.#branches.read(truth, loadVarPerW, hours);
  }
}

interface FrequencyPin {
  readonly fromHz: number;
  readonly toHz: number;
  readonly startMs: number;
  readonly overMs: number;
}

const pinnedHz = ({ fromHz, toHz, startMs, overMs }: FrequencyPin, nowMs: number): number =>
  nowMs - startMs >= overMs ? toHz : fromHz + ((toHz - fromHz) * (nowMs - startMs)) / overMs;

function unitOf(spec: SiteSpec, id: string, battery: Battery, surroundings: Surroundings): Unit {
  const { unitKind = "der", strings = 0, mapBase } = spec;
  const base = mapBase === undefined ? {} : { base: mapBase };
  return unitKind === "der"
    ? new BatteryUnit(id, battery, surroundings, { strings, ...base })
    : new LegacyUnit(id, battery, surroundings, { isFloat: unitKind === "legacy-float", ...base });
}

const dayLengthMs = 86_400_000;
const solarDayMs = (spec: SiteSpec, utcMs: number): number => (utcMs + spec.solarOffsetMs) % dayLengthMs;

/** Reactive power a site load takes per watt: a power factor of 0.97. */
const loadVarPerW = Math.tan(Math.acos(0.97));
