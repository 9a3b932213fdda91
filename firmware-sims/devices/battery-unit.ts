import type { Battery } from "../plant/battery.ts";
import { commandInverter } from "../plant/inverter.ts";
import { type HeldBlock, type HeldPoints, heldPoints } from "./battery-unit-points.ts";
import { batteryUnitRules, type Rule } from "./battery-unit-rules.ts";
import { batteryUnitValues, operation } from "./battery-unit-values.ts";
import { lithiumBankValues } from "./lithium-bank-values.ts";
import { exceptionCode, ModbusDevice } from "./modbus-device.ts";
import { acControls } from "./models/ac-controls.ts";
import { acMeasurement } from "./models/ac-measurement.ts";
import { batteryBase } from "./models/battery-base.ts";
import { capacity } from "./models/capacity.ts";
import { common } from "./models/common.ts";
import { enterService } from "./models/enter-service.ts";
import { lithiumBank } from "./models/lithium-bank.ts";
import { dcMeasurement, storageCapacity, unitControl } from "./models/storage.ts";
import type { Point } from "./point.ts";
import { RegisterImage } from "./register-image.ts";
import { hasRunOut, type Reversion, restart } from "./reversion.ts";
import type { Surroundings } from "./surroundings.ts";
import { createUnitState, type UnitState } from "./unit-state.ts";

/** The models of a battery unit in the order of its map. */
export const batteryUnitModels = [
  common,
  acMeasurement,
  capacity,
  enterService,
  acControls,
  storageCapacity,
  dcMeasurement,
  unitControl,
  batteryBase,
];

/** How long the controller's heartbeat may stand still before the unit brings itself to rest. */
export const controllerTimeoutMs = 10_000;

export interface BatteryUnitOptions {
  /** Strings of cells to show in 803; 0, the default, leaves the model out. */
  readonly strings?: number;
  /** Where the map begins. */
  readonly base?: number;
}

/**
 * A battery unit as its controller sees it: SunSpec 1, 701–704, 713–715, 802 and, where it tells of its strings, 803. Its safe value is 0 W, which
 * it takes when a reversion timer says so, when the controller's heartbeat stops, and after a restart.
 */
export class BatteryUnit extends ModbusDevice {
  readonly state: UnitState;
  readonly #rules: ReadonlyMap<Point, Rule>;
  readonly #held: HeldPoints;
  readonly #initialWords: Uint16Array;
  /** What frequency asks of it on top of its order. */
  #droopW = 0;
  #heartbeat = 0;
  /** When the controller's heartbeat last changed; Infinity until it was ever written. */
  #heartbeatChangedMs = Number.POSITIVE_INFINITY;

  constructor(id: string, battery: Battery, surroundings: Surroundings, options: BatteryUnitOptions = {}) {
    const { strings = 0, base } = options;
    const state = createUnitState(battery, surroundings);
    const { values, sheets } = batteryUnitValues(state, `SIM-${id}`);
    const models = strings > 0 ? [...batteryUnitModels, lithiumBank(strings)] : batteryUnitModels;
    const bank = strings > 0 ? { 803: lithiumBankValues(state, strings) } : {};
    super(id, new RegisterImage(models, { ...values, ...bank }, { base, sheets }));
    this.state = state;
    const rules = Object.entries(batteryUnitRules(battery.ratings));
    this.#rules = new Map(rules.map(([key, rule]) => [this.image.point(key), rule]));
    this.#held = heldPoints(this.image);
    this.#initialWords = this.image.words.slice();
    this.#applySettings();
  }

  /** Lets the firmware's timers run. Called once a step, before the physics. */
  tick(nowMs: number): void {
    const { state, image } = this;
    state.nowMs = nowMs;
    const hasMoved = this.#watchGrid();
    const hasPowerReverted = this.#revert(state.power, this.#held.power);
    const hasReactiveReverted = this.#revert(state.reactive, this.#held.reactive);
    const hasLimitReverted = this.#revert(state.limit, this.#held.limit);
    const isLost = nowMs - this.#heartbeatChangedMs >= controllerTimeoutMs;
    const hasLost = isLost !== state.isControllerLost;
    if (hasLost) {
      state.isControllerLost = isLost;
      image.setText(this.#held.alarmText, isLost ? "controller heartbeat lost" : "");
    }
    if (state.battery.thermal.derating < 1) state.isOverTemperatureLatched = true;
    const isDrooping = state.droop !== undefined || this.#droopW !== 0;
    if (hasMoved || hasPowerReverted || hasReactiveReverted || hasLimitReverted || hasLost || isDrooping) this.#order();
  }

  /** Somebody at the cabinet takes over, or hands back. In local control the unit rests and refuses set-points. */
  setLocal(isLocal: boolean): void {
    this.state.isLocal = isLocal;
    this.#order();
  }

  /** The contactor opens, or may close again. */
  setTripped(isTripped: boolean): void {
    this.state.isTripped = isTripped;
  }

  /** The firmware starts again: every setting at its default, heartbeats at zero, power at the safe value. */
  override restart(): void {
    const { state } = this;
    this.image.restore(this.#initialWords);
    state.startedMs = state.nowMs;
    state.isControllerLost = false;
    state.isOverTemperatureLatched = false;
    for (const reversion of [state.power, state.reactive, state.limit]) restart(reversion, state.nowMs, false, 0);
    this.#heartbeat = 0;
    this.#heartbeatChangedMs = Number.POSITIVE_INFINITY;
    this.#applySettings();
    this.#order();
  }

  protected override rule(point: Point): Rule | undefined {
    return this.#rules.get(point);
  }

  protected override refuses(address: number, count: number): number {
    const isControl = address < this.#held.controlsEnd && address + count > this.#held.controlsStart;
    return this.state.isLocal && isControl ? exceptionCode.deviceFailure : 0;
  }

  protected override written(address: number, count: number): void {
    const { state, image } = this;
    this.#restartTimer(this.#held.power, state.power, address, count);
    this.#restartTimer(this.#held.reactive, state.reactive, address, count);
    this.#restartTimer(this.#held.limit, state.limit, address, count);
    if (includes(this.#held.controllerHeartbeat, address, count)) this.#hearBeat();
    for (const reset of this.#held.alarmResets) {
      if (includes(reset, address, count) && image.value(reset) === 1) {
        image.set(reset, 0);
        state.isOverTemperatureLatched = false;
      }
    }
    if (this.#held.settings.some((point) => includes(point, address, count))) this.#applySettings();
    this.#order();
  }

  #hearBeat(): void {
    const { state, image } = this;
    const heartbeat = image.value(this.#held.controllerHeartbeat);
    if (heartbeat === this.#heartbeat && this.#heartbeatChangedMs !== Number.POSITIVE_INFINITY) return;
    this.#heartbeat = heartbeat;
    this.#heartbeatChangedMs = state.nowMs;
    if (state.isControllerLost) image.setText(this.#held.alarmText, "");
    state.isControllerLost = false;
  }

  #restartTimer(block: HeldBlock, reversion: Reversion, address: number, count: number): void {
    if (address >= block.end || address + count <= block.start) return;
    restart(reversion, this.state.nowMs, this.image.value(block.enable) === 1, this.image.value(block.timeS));
  }

  /** What the written settings mean for the power stage and for being there at all. */
  #applySettings(): void {
    const { state, image } = this;
    const held = this.#held;
    const isRunning =
      image.value(held.operation) === operation.start || image.value(held.operation) === operation.exitStandby;
    state.isStarted =
      isRunning &&
      image.value(held.permit) === 1 &&
      image.value(held.contactor) === 1 &&
      image.value(held.inverterState) === 3;
    state.battery.inverter.rampWPerS = (image.value(held.rampPercent) / 100) * image.value(held.powerWMax);
  }

  /** True when the unit came onto the grid or fell off it. */
  #watchGrid(): boolean {
    const { state } = this;
    const wasConnected = state.isConnected;
    if (wasConnected) {
      state.isConnected = state.surroundings.voltagePu > 0 && !state.isTripped;
      if (!state.isConnected) state.entersMs = Number.POSITIVE_INFINITY;
    } else if (state.isTripped || !this.#isGridFit()) {
      state.entersMs = Number.POSITIVE_INFINITY;
    } else if (state.entersMs === Number.POSITIVE_INFINITY) {
      state.entersMs = state.nowMs + this.image.value(this.#held.enterDelayS) * 1000;
    } else if (state.nowMs >= state.entersMs) {
      state.isConnected = true;
    }
    return wasConnected !== state.isConnected;
  }

  /** The enter-service window of 703: voltage in percent of nominal, frequency in hertz. */
  #isGridFit(): boolean {
    const { voltagePu, frequencyHz } = this.state.surroundings;
    const { image } = this;
    const held = this.#held;
    return (
      voltagePu * 100 >= image.value(held.enterVoltageMin) &&
      voltagePu * 100 <= image.value(held.enterVoltageMax) &&
      frequencyHz >= image.value(held.enterFrequencyMin) &&
      frequencyHz <= image.value(held.enterFrequencyMax)
    );
  }

  /** Applies the reversion values when the time is over. */
  #revert(reversion: Reversion, block: HeldBlock): boolean {
    if (!hasRunOut(reversion, this.state.nowMs)) return false;
    const { image } = this;
    for (const [to, from] of block.reverts) image.set(to, absentAsZero(image.value(from)));
    return true;
  }

  /** Works out the order in force and, when it is a new one, sends it to the power stage. */
  #order(): void {
    const { state } = this;
    const isObeying = state.isStarted && state.isConnected && !state.isLocal && !state.isControllerLost;
    const powerW = isObeying ? this.#orderedW() : 0;
    const reactiveVar = isObeying ? this.#orderedVar() : 0;
    const droopW = state.isStarted && state.isConnected ? this.#answerToFrequencyW() : 0;
    if (powerW === state.setPointW && reactiveVar === state.setPointVar && droopW === this.#droopW) return;
    state.setPointW = powerW;
    state.setPointVar = reactiveVar;
    this.#droopW = droopW;
    commandInverter(state.battery.inverter, state.nowMs, powerW + droopW, reactiveVar);
  }

  /** Whoever commands it, or nobody: an inverter's own droop is beneath all of them. */
  #answerToFrequencyW(): number {
    const { droop, surroundings } = this.state;
    return droop === undefined ? 0 : (droop.aroundHz - surroundings.frequencyHz) * droop.wPerHz;
  }

  #orderedW(): number {
    const { image } = this;
    const held = this.#held;
    if (image.value(held.power.enable) !== 1) return 0;
    const maxW = image.value(held.powerWMax);
    const wantedW =
      image.value(held.powerMode) === 1
        ? image.value(held.powerW)
        : (absentAsZero(image.value(held.powerPercent)) / 100) * maxW;
    const limitPercent = image.value(held.limit.enable) === 1 ? image.value(held.limitPercent) : 100;
    const dischargeWMax = Math.min(maxW * (limitPercent / 100), image.value(held.dischargeWMax));
    const chargeWMax = Math.min(maxW, image.value(held.chargeWMax));
    return Math.max(-chargeWMax, Math.min(dischargeWMax, wantedW));
  }

  #orderedVar(): number {
    const { image } = this;
    const held = this.#held;
    if (image.value(held.reactive.enable) !== 1) return 0;
    const injectVarMax = image.value(held.injectVarMax);
    const wantedVar =
      image.value(held.reactiveMode) === 4
        ? image.value(held.reactiveVar)
        : (absentAsZero(image.value(held.reactivePercent)) / 100) * injectVarMax;
    return Math.max(-image.value(held.absorbVarMax), Math.min(injectVarMax, wantedVar));
  }
}

const absentAsZero = (value: number): number => (Number.isNaN(value) ? 0 : value);

const includes = (point: Point, address: number, count: number): boolean =>
  point.address >= address && point.address < address + count;
