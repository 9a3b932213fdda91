import { UtcMs } from "@penstock/protocol/units";
import type { Market } from "../markets/market.ts";
import { fixedVolumes, valueCurve } from "../strategies/index.ts";

/** What the configuration says where it says nothing, by the market. */
export interface UsualSettings {
  readonly strategy: string;
  readonly decideBeforeGateS: number;
  readonly decideBeforeApprovalS: number;
}

/**
 * An auction that closes for a whole day at once takes fixed volumes, so that each interval is bid from a state of
 * charge that is known; a day of bids takes a while to make and longer to look at. Any other market takes curves of what
 * stored energy is worth, as late as can be.
 */
export const usualSettingsOf = (market: Market): UsualSettings =>
  isAuctionOfADay(market)
    ? { strategy: fixedVolumes.name, decideBeforeGateS: 900, decideBeforeApprovalS: 3600 }
    : { strategy: valueCurve.name, decideBeforeGateS: 120, decideBeforeApprovalS: 180 };

/** Whether its gate closes for all intervals of a day at once. */
export function isAuctionOfADay(market: Market): boolean {
  const intervals = market.intervalsOf(market.tradingDay(SOME_DAY_MS));
  const [first, last] = [intervals[0], intervals.at(-1)];
  return first !== undefined && last !== undefined && market.gateClosureMs(first) === market.gateClosureMs(last);
}

/** An ordinary one, with rules in every market. */
const SOME_DAY_MS = UtcMs(Date.UTC(2026, 5, 10));
