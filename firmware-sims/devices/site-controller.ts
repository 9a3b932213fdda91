import { socOf } from "../plant/cells.ts";
import type { BatteryUnit } from "./battery-unit.ts";
import { exceptionCode, ModbusDevice } from "./modbus-device.ts";
import { siteControllerBlocks } from "./models/site-controller.ts";
import type { Point } from "./point.ts";
import { type ModelValues, RegisterImage } from "./register-image.ts";

/**
 * An illustrative site controller in front of a park's units, as public third-party code has observed such devices; not
 * any maker's firmware. Whoever commands it speaks to one device: it ramps, shares the order among the units that
 * answer, and expires a command whose heartbeat has stopped. The units are spoken to over their own registers, each with a
 * reversion timer, so that a controller that falls silent leaves them safe too.
 */
export class SiteController extends ModbusDevice {
  readonly #units: readonly BatteryUnit[];
  readonly #points: Points;
  readonly #initialWords: Uint16Array;
  #nowMs = 0;
  readonly #order: Order;
  #ranMs = Number.NEGATIVE_INFINITY;
  #beat: number | undefined;
  #beatMs = Number.NEGATIVE_INFINITY;
  /** Until when a start is refused after a shutdown or the end of one. */
  #safeUntilMs = Number.NEGATIVE_INFINITY;
  #isShutDown = false;

  constructor(id: string, units: readonly BatteryUnit[]) {
    const order = { powerW: 0, reactiveVar: 0, hasExpired: true };
    super(id, new RegisterImage(siteControllerBlocks, valuesOf(`SIM-${id}`, units, order), { base: "plain" }));
    this.#units = units;
    this.#order = order;
    this.#points = pointsOf(this.image);
    this.#initialWords = this.image.words.slice();
  }

  /** Lets its timers run and its units know. Called once a step, after the units' own firmware and before the physics. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    if (!this.#order.hasExpired && nowMs - this.#beatMs >= this.image.value(this.#points.timeoutS) * 1000)
      this.#expire();
    const dtMs = nowMs - this.#ranMs;
    if (dtMs < CYCLE_MS) return;
    this.#ranMs = nowMs;
    this.#ramp(Number.isFinite(dtMs) ? dtMs / 1000 : 0);
    for (const unit of this.#units) this.#command(unit);
  }

  /** Power cycled: everything as it left the works, and nobody commands it. */
  override restart(): void {
    this.image.restore(this.#initialWords);
    this.#order.powerW = 0;
    this.#order.reactiveVar = 0;
    this.#beat = undefined;
    this.#order.hasExpired = true;
    this.#isShutDown = false;
    this.#safeUntilMs = Number.NEGATIVE_INFINITY;
  }

  protected override rule({ key }: Point): ((value: number) => boolean) | undefined {
    const total = (of: (unit: BatteryUnit) => number) => this.#units.reduce((sum, unit) => sum + of(unit), 0);
    switch (key) {
      case "1000.RealPowerMode":
      case "1000.AlwaysActive":
      case "1200.ReactivePowerMode":
      case "1200.PowerPriority":
      case "1500.Shutdown":
        return (value) => value === 0 || value === 1;
      case "1000.PeakPowerMode":
        return (value) => value === 0;
      case "1000.Heartbeat":
        return () => true;
      case "1000.TimeoutS":
        return (value) => value >= 1 && value <= 3_600;
      case "1000.PowerSetpoint":
        return (value) => Math.abs(value) <= total(powerMaxOf);
      case "1200.ReactiveSetpoint":
        return (value) => Math.abs(value) <= total(({ state }) => state.battery.ratings.reactivePowerVarMax);
      case "1000.RampUp":
      case "1000.RampDown":
      case "1200.ReactiveRampUp":
      case "1200.ReactiveRampDown":
        return (value) => value >= 1;
      default:
        return undefined;
    }
  }

  /** While it is shut down, and for a minute after either change, nobody can do anything that the start would need. */
  protected override refuses(address: number, count: number): number {
    const isMode = includes(this.#points.mode, address, count);
    return isMode && (this.#isShutDown || this.#nowMs < this.#safeUntilMs) ? exceptionCode.deviceFailure : 0;
  }

  protected override written(address: number, count: number): void {
    const { image } = this;
    const points = this.#points;
    if (includes(points.heartbeat, address, count)) this.#hearBeat();
    if (includes(points.shutdown, address, count)) {
      const isShutDown = image.value(points.shutdown) === 1;
      if (isShutDown !== this.#isShutDown) this.#safeUntilMs = this.#nowMs + SAFETY_PERIOD_MS;
      this.#isShutDown = isShutDown;
      if (isShutDown) image.set(points.mode, 0);
    }
  }

  /** Only a beat that turns every bit of the last one over is a beat: a controller that repeats itself is not alive. */
  #hearBeat(): void {
    const { heartbeat } = this.#points;
    const value = this.image.words[heartbeat.address - this.image.base] ?? 0;
    if (this.#beat !== undefined && value !== (~this.#beat & 0xffff)) return;
    this.#beat = value;
    this.#beatMs = this.#nowMs;
    this.#order.hasExpired = false;
  }

  #expire(): void {
    const { image } = this;
    const { mode, powerW, reactiveVar } = this.#points;
    this.#order.hasExpired = true;
    this.#beat = undefined;
    for (const point of [mode, powerW, reactiveVar]) image.set(point, 0);
  }

  /** From what it orders now towards what is wanted, no faster than it was told, and never beyond what the units can. */
  #ramp(dtS: number): void {
    const { image } = this;
    const points = this.#points;
    const isDirect = !this.#order.hasExpired && !this.#isShutDown && image.value(points.mode) === 1;
    const wantedW = isDirect ? image.value(points.powerW) : 0;
    const wantedVar = isDirect && image.value(points.reactiveMode) === 1 ? image.value(points.reactiveVar) : 0;
    const upW = image.value(points.rampUp) * dtS;
    const downW = image.value(points.rampDown) * dtS;
    const rampedW = Math.max(this.#order.powerW - downW, Math.min(this.#order.powerW + upW, wantedW));
    const units = reachable(this.#units);
    this.#order.powerW = Math.max(-sum(units, chargeRoomOf), Math.min(sum(units, dischargeRoomOf), rampedW));
    const upVar = image.value(points.reactiveRampUp) * dtS;
    const downVar = image.value(points.reactiveRampDown) * dtS;
    this.#order.reactiveVar = Math.max(
      this.#order.reactiveVar - downVar,
      Math.min(this.#order.reactiveVar + upVar, wantedVar),
    );
  }

  /** Its share by the room it has, over the unit's own registers. One that does not answer reverts by its own timer. */
  #command(unit: BatteryUnit): void {
    const units = reachable(this.#units);
    if (!units.includes(unit)) return;
    const room = this.#order.powerW >= 0 ? dischargeRoomOf : chargeRoomOf;
    const roomW = sum(units, room);
    const powerW = roomW > 0 ? (this.#order.powerW * room(unit)) / roomW : 0;
    write(unit, "704.WSetEna", "704.WSet", powerW, SET_POINT_FROM_WATTS);
    write(unit, "704.VarSetEna", "704.VarSet", this.#order.reactiveVar / units.length, SET_POINT_FROM_VARS);
  }
}

/** What it orders of its units in sum now, and whether nobody commands it. */
interface Order {
  powerW: number;
  reactiveVar: number;
  hasExpired: boolean;
}

/** How often it thinks. */
const CYCLE_MS = 50;
/** A shutdown, and the end of one, is followed by a minute in which no start is taken. */
const SAFETY_PERIOD_MS = 60_000;
/** How long a unit keeps what it was told when the controller says nothing more. */
const UNIT_REVERT_S = 5;

/** 704 from the enable to the reversion time: enabled, in W or var (mode 1 or 4), revert to 0, percentages not used. */
const SET_POINT_FROM_WATTS = (high: number, low: number) => [
  1,
  1,
  high,
  low,
  0,
  0,
  ABSENT,
  ABSENT,
  1,
  0,
  UNIT_REVERT_S,
];
const SET_POINT_FROM_VARS = (high: number, low: number) => [
  1,
  4,
  0,
  high,
  low,
  0,
  0,
  ABSENT,
  ABSENT,
  0,
  0,
  UNIT_REVERT_S,
];
const ABSENT = 0x8000;

function write(
  unit: BatteryUnit,
  from: string,
  setPoint: string,
  value: number,
  block: (high: number, low: number) => readonly number[],
): void {
  const raw = Math.round(value / unit.image.point(setPoint).scale);
  unit.writeHolding(
    unit.image.point(from).address + unit.trouble.shift,
    Uint16Array.from(block((raw >> 16) & 0xffff, raw & 0xffff)),
  );
}

const powerMaxOf = ({ state }: BatteryUnit): number => state.battery.ratings.powerWMax;
const dischargeRoomOf = ({ state }: BatteryUnit): number => state.battery.dischargeRoomW;
const chargeRoomOf = ({ state }: BatteryUnit): number => state.battery.chargeRoomW;
const sum = (units: readonly BatteryUnit[], of: (unit: BatteryUnit) => number): number =>
  units.reduce((total, unit) => total + of(unit), 0);

/** The units it can work with now: they answer, they are on the grid, and nobody at the cabinet has them. */
const reachable = (units: readonly BatteryUnit[]): readonly BatteryUnit[] =>
  units.filter(({ trouble, state }) => !trouble.silent && state.isConnected && !state.isLocal);

function valuesOf(serialNumber: string, units: readonly BatteryUnit[], order: Readonly<Order>): ModelValues {
  const total = (of: (unit: BatteryUnit) => number) => () => sum(reachable(units), of);
  const powerWMax = sum(units, powerMaxOf);
  return {
    100: {
      ProtocolVersion: 1,
      Units: units.length,
      FirmwareVersion: "illustrative 0.1",
      SerialNumber: serialNumber,
      BatteryMeters: 1,
      SiteMeters: 1,
      ChargePowerMax: total(chargeRoomOf),
      DischargePowerMax: total(dischargeRoomOf),
      EnergyRating: sum(units, ({ state }) => state.battery.ratings.capacityWh),
    },
    200: {
      CommandSource: () => (order.hasExpired ? 0 : 1),
      TargetPower: () => order.powerW,
      FullPackEnergy: total(({ state }) => state.battery.cells.capacityWh),
      EnergyRemaining: total(({ state }) => socOf(state.battery.cells) * state.battery.cells.capacityWh),
      AvailableBlocks: () => reachable(units).length,
    },
    1000: {
      RealPowerMode: 0,
      AlwaysActive: 0,
      PeakPowerMode: 0,
      PowerSetpoint: 0,
      Heartbeat: 0,
      TimeoutS: 60,
      RampUp: powerWMax,
      RampDown: powerWMax,
    },
    1200: {
      ReactivePowerMode: 0,
      PowerPriority: 0,
      ReactiveSetpoint: 0,
      ReactiveRampUp: powerWMax,
      ReactiveRampDown: powerWMax,
    },
    1500: { Shutdown: 0 },
  };
}

type Points = ReturnType<typeof pointsOf>;

const pointsOf = (image: RegisterImage) => ({
  mode: image.point("1000.RealPowerMode"),
  powerW: image.point("1000.PowerSetpoint"),
  heartbeat: image.point("1000.Heartbeat"),
  timeoutS: image.point("1000.TimeoutS"),
  rampUp: image.point("1000.RampUp"),
  rampDown: image.point("1000.RampDown"),
  reactiveMode: image.point("1200.ReactivePowerMode"),
  reactiveVar: image.point("1200.ReactiveSetpoint"),
  reactiveRampUp: image.point("1200.ReactiveRampUp"),
  reactiveRampDown: image.point("1200.ReactiveRampDown"),
  shutdown: image.point("1500.Shutdown"),
});

const includes = (point: Point, address: number, count: number): boolean =>
  point.address >= address && point.address < address + count;
