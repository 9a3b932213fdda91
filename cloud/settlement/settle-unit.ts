import type { Interval } from "@penstock/protocol/time";
import type { Currency, UtcMs, Wh } from "@penstock/protocol/units";
import type { SiteEntry } from "../config/cloud-config.ts";
import type { Award, Market, MarketUnit, SettlementLine } from "../markets/market.ts";
import type { ReserveAward } from "../markets/reserve-market.ts";
import { amountOf, settleShortfall } from "./settle-shortfall.ts";

/** One unit and interval, settled: what the market pays and what each site had in it. */
export interface SettledUnit {
  readonly unitId: string;
  readonly interval: Interval;
  readonly pricePerMWh: number;
  readonly currency: Currency;
  /** Energy of the award held for the interval, positive out. */
  readonly awardedWh: Wh;
  readonly meteredWh: Wh;
  /** What was awarded and not delivered; negative when more was delivered than awarded. In the direction of the award. */
  readonly shortfallWh: Wh;
  /**
   * What the shortfall cost by the market's own rule: its line among them, as a cost; 0 where nothing was missing.
   * Negative where it was luck not to deliver. Absent in what earlier versions settled.
   */
  readonly shortfallCost?: number;
  /** Energy first, then what was kept ready. */
  readonly lines: readonly SettlementLine[];
  /** Sum of the lines, received when positive. */
  readonly amount: number;
  /** Of it, for reserves; absent in what earlier versions settled. */
  readonly reserveAmount?: number;
  readonly sites: readonly SettledSite[];
  readonly settledAtMs: UtcMs;
}

export interface SettledSite {
  readonly siteId: string;
  readonly meteredWh: Wh;
  /** For its energy. */
  readonly amount: number;
  /** Wear of what it discharged, money. */
  readonly cost: number;
  /** State of charge at the start and end of the interval; absent when it was never told. */
  readonly socStart?: number;
  readonly socEnd?: number;
}

export interface MeteredSite {
  readonly site: SiteEntry;
  readonly meteredWh: Wh;
  readonly socStart?: number;
  readonly socEnd?: number;
}

/** Settles by the market's rule at the meter of the whole unit, then says which site earned what by its own energy. */
export function settleUnit(
  market: Market,
  unit: MarketUnit,
  award: Award,
  metered: readonly MeteredSite[],
  settledAtMs: UtcMs,
  reserves: readonly ReserveAward[] = [],
): SettledUnit {
  const { interval, pricePerMWh } = award;
  const { lossFactor } = unit;
  const meteredWh = metered.reduce((total, site) => total + site.meteredWh, 0) as Wh;
  const energyLines = settleShortfall(market, { award, meteredWh, pricePerMWh, lossFactor });
  const reserveLines = reserves.flatMap((reserve) => market.reserves?.settle(reserve) ?? []);
  const amount = amountOf(energyLines);
  const reserveAmount = amountOf(reserveLines);
  const awardedWh = ((award.targetW * (interval.endMs - interval.startMs)) / 3_600_000) as Wh;
  const shortfallWh = ((awardedWh - meteredWh) * (awardedWh < 0 ? -1 : 1)) as Wh;
  return {
    unitId: unit.id,
    interval,
    pricePerMWh,
    currency: market.currency,
    awardedWh,
    meteredWh,
    shortfallWh,
    shortfallCost: 0 - amountOf(energyLines.filter(({ product }) => product === "energy-shortfall")),
    lines: [...energyLines, ...reserveLines],
    amount: amount + reserveAmount,
    reserveAmount,
    sites: metered.map(({ site, meteredWh, ...soc }) => ({
      siteId: site.siteId,
      meteredWh,
      amount: amountOf(market.settle({ award, meteredWh, pricePerMWh, lossFactor })),
      cost: (Math.max(0, meteredWh) / 1e6) * site.costPerMWh,
      ...soc,
    })),
    settledAtMs,
  };
}
