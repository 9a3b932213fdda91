import { isAuctionOfADay } from "@penstock/cloud/config/usual-settings.ts";
import { marketOf } from "@penstock/cloud/markets/index.ts";
import { invariant } from "@penstock/protocol/result";
import { intervalAt, zoneOffsetMs } from "@penstock/protocol/time";
import { hours, minutes, UtcMs } from "@penstock/protocol/units";

/** Where a story is traded, by the market's id. */
const REGIONS: Readonly<Record<string, string>> = {
  nem: "NSW1",
  ercot: "HB_HUBAVG",
  caiso: "TH_SP15_GEN-APND",
  gb: "GB",
  "sdac-de": "DE",
};

export const regionOf = (marketId: string): string => REGIONS[marketId] ?? "ZONE";

/** A winter's or summer's day with rules in every market. */
const DAY_MS = UtcMs(Date.UTC(2026, 0, 14));

/**
 * When a story begins: at half past seven in the evening of the market's own zone, when the sun is gone and the peak is
 * there; four hours before the gate, where it closes for the whole of the next day.
 */
export function beginningOf(marketId: string): UtcMs {
  const market = marketOf(marketId);
  const eveningMs = UtcMs(DAY_MS + hours(19) + minutes(30) - zoneOffsetMs(market.rulebook.zone, DAY_MS));
  if (!isAuctionOfADay(market)) return intervalAt(eveningMs, market.intervalMs).startMs;
  const [first] = market.intervalsOf(market.tradingDay(market.tradingDay(DAY_MS).endMs));
  invariant(first !== undefined, "a day has intervals");
  return UtcMs(market.gateClosureMs(first) - hours(4));
}
