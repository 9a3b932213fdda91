import type { W } from "@penstock/protocol/units";
import type { CoreAlarm } from "../step-types.ts";
import { inWords } from "../words.ts";
import type { BothWaysWh } from "./energy-by-half-hour.ts";
import { reservesOf } from "./reserves.ts";
import type { Service } from "./service.ts";
import type { SiteRoom } from "./site-room.ts";

/**
 * What the site is paid for and cannot do at this moment: the services give what there is, and somebody must know
 * before a grid operator finds out.
 */
export function shortages(contracts: readonly Service[], room: SiteRoom, required: BothWaysWh): readonly CoreAlarm[] {
  const { out, in: into } = reservesOf(contracts);
  const isEnough =
    out.powerW <= room.outW &&
    into.powerW <= room.inW &&
    required.outWh <= room.storedWh &&
    required.inWh <= room.freeWh;
  return isEnough ? none : alarms(out.powerW, into.powerW, required, room);
}

const none: readonly CoreAlarm[] = [];

function alarms(outW: W, inW: W, { outWh, inWh }: BothWaysWh, room: SiteRoom): readonly CoreAlarm[] {
  const found: CoreAlarm[] = [];
  const power = (way: string, wantedW: number, hasW: number) => {
    if (wantedW <= hasW) return;
    const text = `services are contracted to ${way} ${inWords(wantedW)} and the site can ${way} ${inWords(hasW)}`;
    found.push({ code: "service-power-short", text });
  };
  const energy = (what: string, wantedWh: number, hasWh: number) => {
    if (wantedWh <= hasWh) return;
    const text = `services need ${energyInWords(wantedWh)} ${what} and the site has ${energyInWords(hasWh)}`;
    found.push({ code: "service-energy-short", text });
  };
  power("give", outW, room.outW);
  power("take", inW, room.inW);
  energy("in store", outWh, room.storedWh);
  energy("free", inWh, room.freeWh);
  return found;
}

export const energyInWords = (wh: number): string => `${(wh / 1e6).toFixed(2)} MWh`;
