import { type Ms, type V, Var } from "@penstock/protocol/units";
import type { Reading, SiteImage } from "../image.ts";
import type { LimitContext } from "../limits/limit.ts";
import type { ReactiveLine } from "../step-types.ts";
import { perUnitAt } from "./curve.ts";
import { follow } from "./response.ts";
import type { Service, VoltVar } from "./service.ts";

export interface ServedReactive {
  /** On top of what a lease asks for. */
  readonly reactiveVar: Var;
  readonly lines: readonly ReactiveLine[];
  /** The part of its contract each volt-var answers with, by its place among the contracts. */
  readonly voltVarPu: readonly (number | undefined)[];
}

/** Reactive power of all services beside a power that is already decided: the circle gives active power the first right. */
export function serveReactive(
  { meter: { voltageV: voltage } }: SiteImage,
  { config, state }: Pick<LimitContext, "config" | "state">,
  powerW: number,
  elapsedMs: Ms,
): ServedReactive {
  const before = state.services.voltVarPu;
  const contracts = config.services?.contracts ?? none;
  const lines: ReactiveLine[] = [];
  const voltVarPu: (number | undefined)[] = [];
  let sumVar = 0;
  const say = (service: string, wantedVar: number, text: string) => {
    sumVar += wantedVar;
    lines.push({ service, wantedVar: Var(wantedVar), text });
  };
  contracts.forEach((service, index) => {
    switch (service.type) {
      case "volt-var": {
        const pu = voltVar(service, before[index], voltage, elapsedMs);
        voltVarPu[index] = pu;
        say(service.name, pu * service.contractedVar, voltageInWords(service.nominalV, voltage));
        break;
      }
      case "fixed-power-factor": {
        const { powerFactor, excitation, name } = service;
        const sizeVar = Math.abs(powerW) * Math.tan(Math.acos(powerFactor));
        say(name, excitation === "over" ? sizeVar : 0 - sizeVar, `power factor ${powerFactor}, ${excitation}-excited`);
        break;
      }
      case "fixed-reactive":
        say(service.name, service.reactiveVar, "fixed");
    }
  });
  return { reactiveVar: Var(sumVar), lines, voltVarPu };
}

const none: readonly Service[] = [];
export const noReactive: ServedReactive = { reactiveVar: Var(0), lines: [], voltVarPu: [] };

/** Without a fresh voltage the answer goes to 0 in its own time: reactive power on a guess may drive a voltage away. */
function voltVar(
  { curve, nominalV, shape }: VoltVar,
  before: number | undefined,
  voltage: Reading<V>,
  elapsedMs: Ms,
): number {
  const wanted = voltage.quality === "good" ? perUnitAt(curve, voltage.value / nominalV) : 0;
  const pu = follow(before ?? 0, Number.isNaN(wanted) ? 0 : wanted, shape, elapsedMs);
  return Math.abs(pu - wanted) < 1e-4 ? wanted : pu;
}

export const voltageInWords = (nominalV: V, voltage: Reading<V>): string =>
  voltage.quality === "good"
    ? `voltage ${((100 * voltage.value) / nominalV).toFixed(1)} % of nominal`
    : `voltage is ${voltage.quality}: ${voltage.cause}`;
