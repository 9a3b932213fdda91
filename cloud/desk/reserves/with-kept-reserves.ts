import type { W } from "@penstock/protocol/units";
import type { RegisteredReserve } from "../../config/cloud-config.ts";
import type { AheadReserveMarket, ReserveMarket, ReserveProduct } from "../../markets/reserve-market.ts";
import type { KeptReserve } from "../../optimise/holding-worth.ts";
import type { AttestedSite } from "../attest-site.ts";

export interface KeptPlan {
  readonly market: Pick<ReserveMarket | AheadReserveMarket, "storedEnergy">;
  readonly registered: readonly RegisteredReserve[];
  readonly products: readonly ReserveProduct[];
  /** Money per MW and hour; undefined for what nobody knows. */
  readonly expected: (product: string) => number | undefined;
}

/**
 * Sites told what reserves they may be enabled for beside energy, so that a plan counts what it is worth to have
 * something in store. Each has its part of what the unit is registered for, by its power; what is expected to clear below
 * the least it is offered at is worth nothing.
 */
export function withKeptReserves(
  attested: readonly AttestedSite[],
  { market, registered, products, expected }: KeptPlan,
): readonly AttestedSite[] {
  const allW = attested.reduce((sum, { capability }) => sum + capability.powerWMaxDischarge, 0);
  return attested.map((site) => {
    const part = allW > 0 ? site.capability.powerWMaxDischarge / allW : 0;
    const reserves = registered.flatMap(({ product, registeredW, pricePerMWh }): readonly KeptReserve[] => {
      const known = products.find(({ name }) => name === product);
      const price = expected(product);
      if (known === undefined || price === undefined || price < pricePerMWh) return [];
      const powerWMax = Math.floor(Math.min(registeredW * part, site.capability.powerWMaxDischarge)) as W;
      return [{ direction: known.direction, durationMs: known.sustainMs, powerWMax, pricePerMWh: price }];
    });
    if (reserves.length === 0) return site;
    const keeps = { sharesMegawatts: market.storedEnergy === "apart", reserves };
    return { ...site, capability: { ...site.capability, keeps } };
  });
}
