import { energyWh, seconds } from "@penstock/protocol/units";
import { between } from "../interval.ts";
import { reservesOf } from "../services/reserves.ts";
import { energyInWords } from "../services/shortages.ts";
import { inWords } from "../words.ts";
import { paced, type SiteLimit } from "./limit.ts";

/**
 * What is wished stays out of the power and the energy that services are contracted for, so that they are there when
 * frequency asks. It always leaves 0: a site that is short rests and lets the services have what there is.
 */
export const serviceReserve: SiteLimit = {
  name: "service-reserve",
  rank: "owner",
  bindsBaselineOnly: true,

  interval(_image, context) {
    const { room, required } = context;
    const { services } = context.config;
    if (services === undefined || room === undefined || required === undefined) return undefined;
    const { out, in: into } = reservesOf(services.contracts);
    if (out.powerW === 0 && into.powerW === 0) return undefined;
    return paced(
      between(
        -withinBoth(room.inW - into.powerW, room.freeWh - required.inWh, into.powerW),
        withinBoth(room.outW - out.powerW, room.storedWh - required.outWh, out.powerW),
      ),
      "ramped",
    );
  },

  text(_image, context) {
    const { out, in: into } = reservesOf(context.config.services?.contracts ?? []);
    const { outWh = out.energyWh, inWh = into.energyWh } = context.required ?? {};
    const held = [
      ...(out.powerW > 0 ? [`${inWords(out.powerW)} and ${energyInWords(outWh)} to give`] : []),
      ...(into.powerW > 0 ? [`${inWords(into.powerW)} and ${energyInWords(inWh)} to take`] : []),
    ];
    return `services hold back ${held.join(", ")}`;
  },
};

/** Power that is left one way; energy above what is required may go within a minute, so that the edge is met gently. */
function withinBoth(powerW: number, spareWh: number, heldW: number): number {
  const byEnergyW = heldW === 0 ? Number.POSITIVE_INFINITY : spareWh / energyWh(1, EDGE_MS);
  return Math.max(0, Math.min(powerW, byEnergyW));
}

const EDGE_MS = seconds(60);
