import { apparentPowerVA } from "../plant/apparent-power.ts";
import { exceptionCode, ModbusDevice } from "./modbus-device.ts";
import { common } from "./models/common.ts";
import { floatMeter } from "./models/float-meter.ts";
import { integerMeter } from "./models/integer-meter.ts";
import { type ModelValues, type PointValue, RegisterImage, scaleFactorFor } from "./register-image.ts";

/** What a meter has measured at the point of connection. Positive is export. Voltage is line to line. */
export interface MeterReading {
  powerW: number;
  reactivePowerVar: number;
  voltageV: number;
  frequencyHz: number;
  exportedWh: number;
  importedWh: number;
}

export const createMeterReading = (): MeterReading => ({
  powerW: 0,
  reactivePowerVar: 0,
  voltageV: 0,
  frequencyHz: 50,
  exportedWh: 0,
  importedWh: 0,
});

/** SunSpec meters: integers with scale factors (201 one phase, 202 split, 203 wye, 204 delta), and the same in float32. */
export type MeterModel = 201 | 202 | 203 | 204 | 211 | 212 | 213 | 214;

export interface MeterOptions {
  /** Default 213. */
  readonly model?: MeterModel;
  /** What it can carry, for the scale factors of the integer models. */
  readonly powerWMax?: number;
  readonly voltageVNominal?: number;
  readonly base?: number;
}

/** A meter at the point of connection, SunSpec 1 and one of the 200s. Nothing on it can be written. */
export class Meter extends ModbusDevice {
  readonly reading: MeterReading;

  constructor(id: string, reading: MeterReading, options: MeterOptions = {}) {
    const { model = 213, base } = options;
    const layout = model < 211 ? integerMeter : floatMeter;
    const values = meterValues(reading, `SIM-${id}`, model, options);
    super(id, new RegisterImage([common, { ...layout, id: model }], values, { base }));
    this.reading = reading;
  }

  protected override rule(): undefined {
    return undefined;
  }

  protected override refuses(): number {
    return exceptionCode.illegalAddress;
  }

  protected override written(): void {}
}

function meterValues(
  reading: MeterReading,
  serialNumber: string,
  model: MeterModel,
  { powerWMax = 30e6, voltageVNominal = 33_000 }: MeterOptions,
): ModelValues {
  const isInteger = model < 211;
  const phases = model % 10 === 1 ? 1 : model % 10 === 2 ? 2 : 3;
  const shown = quantities(reading, isInteger ? "PhVph" : "PPVph", phases);
  return {
    1: { Mn: "Penstock Simulators", Md: `Meter-${model}`, Opt: "sim", Vr: "0.1.0", SN: serialNumber, DA: 1 },
    [model]: isInteger ? { ...shown, ...scalesFor(powerWMax, voltageVNominal) } : shown,
  };
}

/** Only the phases the meter has are implemented; a delta meter has no neutral to measure against. */
function quantities(reading: MeterReading, linePrefix: string, phases: number): Readonly<Record<string, PointValue>> {
  const apparentVA = () => apparentPowerVA(reading.powerW, reading.reactivePowerVar);
  const lineV = () => reading.voltageV;
  const phaseV = () => reading.voltageV / Math.sqrt(3);
  const currentA = () => (reading.voltageV > 0 ? apparentVA() / (Math.sqrt(3) * reading.voltageV) : 0);
  const phaseW = () => reading.powerW / phases;
  const phaseVar = () => reading.reactivePowerVar / phases;
  const ofPhases = (prefix: string, value: () => number, names = ["A", "B", "C"].slice(0, phases)) =>
    Object.fromEntries(names.map((name) => [`${prefix}${name}`, value]));
  return {
    A: currentA,
    ...ofPhases("Aph", currentA),
    PhV: phaseV,
    ...ofPhases("PhVph", phaseV),
    PPV: lineV,
    ...(phases === 3 ? ofPhases(linePrefix, lineV, ["AB", "BC", "CA"]) : {}),
    Hz: () => reading.frequencyHz,
    W: () => reading.powerW,
    ...ofPhases("Wph", phaseW),
    VA: apparentVA,
    VAR: () => reading.reactivePowerVar,
    ...ofPhases("VARph", phaseVar),
    PF: () => (apparentVA() > 0 ? reading.powerW / apparentVA() : 1),
    TotWhExp: () => reading.exportedWh,
    TotWhImp: () => reading.importedWh,
    Evt: () => (reading.voltageV > 0 ? 0 : 1 << 2),
  };
}

/** The finest scales that fit what the meter can carry. Energy counts in kilowatt-hours where an acc32 of watt-hours would wrap within weeks. */
function scalesFor(powerWMax: number, voltageVNominal: number): Readonly<Record<string, number>> {
  const power = scaleFactorFor(1.2 * powerWMax, 0x7fff);
  const currentMaxA = (1.3 * powerWMax) / (Math.sqrt(3) * voltageVNominal);
  return {
    A_SF: scaleFactorFor(currentMaxA, 0x7fff, -2),
    V_SF: scaleFactorFor(1.5 * voltageVNominal, 0x7fff, -1),
    Hz_SF: -2,
    W_SF: power,
    VA_SF: power,
    VAR_SF: power,
    PF_SF: -3,
    TotWh_SF: powerWMax > 1e6 ? 2 : 0,
  };
}
