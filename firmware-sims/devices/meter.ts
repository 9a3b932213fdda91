import { apparentPowerVA } from "../plant/apparent-power.ts";
import { exceptionCode, ModbusDevice } from "./modbus-device.ts";
import { common } from "./models/common.ts";
import { floatMeter } from "./models/float-meter.ts";
import { type ModelValues, RegisterImage } from "./register-image.ts";

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

/** A three-phase meter, SunSpec 1 and 213. Nothing on it can be written. */
export class Meter extends ModbusDevice {
  readonly reading: MeterReading;

  constructor(id: string, reading: MeterReading) {
    super(id, new RegisterImage([common, floatMeter], meterValues(reading, `SIM-${id}`)));
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

function meterValues(reading: MeterReading, serialNumber: string): ModelValues {
  const apparentVA = () => apparentPowerVA(reading.powerW, reading.reactivePowerVar);
  const lineV = () => reading.voltageV;
  const phaseV = () => reading.voltageV / Math.sqrt(3);
  const currentA = () => (reading.voltageV > 0 ? apparentVA() / (Math.sqrt(3) * reading.voltageV) : 0);
  const phaseW = () => reading.powerW / 3;
  const phaseVar = () => reading.reactivePowerVar / 3;
  return {
    1: { Mn: "Penstock Simulators", Md: "Meter-213", Opt: "sim", Vr: "0.1.0", SN: serialNumber, DA: 1 },
    213: {
      A: currentA,
      AphA: currentA,
      AphB: currentA,
      AphC: currentA,
      PhV: phaseV,
      PhVphA: phaseV,
      PhVphB: phaseV,
      PhVphC: phaseV,
      PPV: lineV,
      PPVphAB: lineV,
      PPVphBC: lineV,
      PPVphCA: lineV,
      Hz: () => reading.frequencyHz,
      W: () => reading.powerW,
      WphA: phaseW,
      WphB: phaseW,
      WphC: phaseW,
      VA: apparentVA,
      VAR: () => reading.reactivePowerVar,
      VARphA: phaseVar,
      VARphB: phaseVar,
      VARphC: phaseVar,
      PF: () => (apparentVA() > 0 ? reading.powerW / apparentVA() : 1),
      TotWhExp: () => reading.exportedWh,
      TotWhImp: () => reading.importedWh,
      Evt: () => (reading.voltageV > 0 ? 0 : 1 << 2),
    },
  };
}
