import { type ResponseService, responseServices } from "./response-basket.ts";
import { sustainMinutes } from "./rules.ts";

export interface ResponseEnergy {
  /** Stored above the lower limit, for low services: MWh. */
  readonly storedMWh: number;
  /** Room below the upper limit, for high services: MWh. */
  readonly roomMWh: number;
}

/**
 * The response energy volume contracts ask a unit to have at all times: contracted MW × sustained delivery, apart for
 * low and high. Source: NESO service terms (sustained delivery read; the rule itself believed).
 */
export function responseEnergy(contractedMW: Readonly<Partial<Record<ResponseService, number>>>): ResponseEnergy {
  const sumOf = (side: "L" | "H") =>
    responseServices
      .filter((service) => service.endsWith(side))
      .reduce(
        (total, service) =>
          total + ((contractedMW[service] ?? 0) * sustainMinutes[service.slice(0, 2) as "DC" | "DM" | "DR"]) / 60,
        0,
      );
  return { storedMWh: sumOf("L"), roomMWh: sumOf("H") };
}

/** How much a unit must move back towards its contracted energy within a settlement period once it is short of it. */
export const requiredRecoveryMWh = (contractMWh: number, shortMWh: number, share = 0.2): number =>
  Math.min(shortMWh, contractMWh * share);
