import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs, W } from "@penstock/protocol/units";
import { participantRules } from "../curve-market.ts";
import type { BidStep, MarketUnit, SettlementLine, Violation } from "../market.ts";
import type {
  OfferedReserve,
  ReserveAward,
  ReserveMarket,
  ReserveProduct,
  ReserveRequest,
  ReserveWish,
} from "../reserve-market.ts";
import { ruleAt, ruleInForce } from "../rulebook.ts";
import { toTick, violation } from "../violation.ts";
import { gateClosureMs, operatingHour } from "./calendar.ts";
import { clearTogether } from "./clear-together.ts";
import { marketDesignRules } from "./market-design.ts";
import { encodeReserve, parseReserve } from "./reserve-file.ts";
import { offeredMW, type ReserveBlock, type ReserveOffer } from "./reserve-offer.ts";
import { ercotRulebook, reserveDurations, SETTLEMENT_INTERVAL_MS, singleModel, VOLUME_TICK_MW } from "./rules.ts";
import { blockRules, energyRules } from "./validate-reserve.ts";

/**
 * The reserves the desk offers in real time. Regulation is left out: its set-points come from the operator's own
 * control, and no line to it stands behind a bid. ECRS and Non-Spin are called by an instruction of the operator's.
 */
const soldProducts = ["RRSPF", "RRSFF", "ECRS", "ONNS"] as const;
type SoldProduct = (typeof soldProducts)[number];

/** What gives them at a site by itself. */
const siteServices: Readonly<Partial<Record<SoldProduct, string>>> = { RRSPF: "ercotDroop", RRSFF: "ercotFfr" };

/**
 * Ancillary services of ERCOT in real time: offered with every energy curve and cleared with it by each dispatch run,
 * within the limits and the state of charge the resource telemeters. Sources: RTC+B, NPRR1282 and NPRR1339 for the
 * durations. That offers may change until the run that takes them is believed, as of curves.
 */
export const ercotReserves: ReserveMarket<ReserveOffer> = {
  storedEnergy: "apart",
  isOneSite: true,
  productsAt,
  buildOffer,
  validate,
  encode: (offers) => encodeReserve(offers.map((offer) => ({ ...offer, interval: untilHourEnds(offer) }))),
  parse(text) {
    const parsed = parseReserve(text);
    return parsed.ok ? ok(parsed.value.map((offer) => ({ ...offer, interval: firstQuarter(offer) }))) : parsed;
  },
  stackOf,
  reachOf,
  clear: clearTogether,
  settle,
};

function productsAt(instantMs: UtcMs): readonly ReserveProduct[] {
  const isSingle = ruleAt(ercotRulebook, singleModel, instantMs);
  if (!isSingle.ok || !isSingle.value) return [];
  return soldProducts.map((name) => {
    const service = siteServices[name];
    const minutes = ruleInForce(ercotRulebook, reserveDurations[name], instantMs);
    return {
      name,
      direction: "up",
      ...(service !== undefined && { service }),
      sustainMs: (minutes * 60_000) as ReserveProduct["sustainMs"],
    };
  });
}

/** A block's megawatts may go to any product it prices, so each megawatt stands in one block: those sold to most first. */
function buildOffer(request: ReserveRequest): Result<ReserveOffer, CodedError> {
  const { unit, interval, wishes, versionNumber, decidedAtMs } = request;
  const stranger = wishes.find(({ product }) => !soldProducts.some((name) => name === product));
  if (stranger !== undefined) return fail({ code: "ercot.reserve-product", product: stranger.product });
  const [first] = wishes;
  if (first === undefined) return fail({ code: "ercot.reserve-nothing-wished", unitId: unit.id });
  const about = { marketId: "ercot", unitId: unit.id, interval, versionNumber, decidedAtMs, direction: "up" } as const;
  const volumes = wishes.map((wish) => ({ wish, volumeMW: volumeOf(wish, request) }));
  const blocks: ReserveBlock[] = [];
  let belowMW = 0;
  for (const volumeMW of [...new Set(volumes.map((each) => each.volumeMW))].sort((a, b) => a - b)) {
    if (volumeMW <= belowMW) continue;
    const priced = volumes.filter((each) => each.volumeMW >= volumeMW);
    blocks.push({
      volumeMW: toTick(volumeMW - belowMW, VOLUME_TICK_MW),
      prices: Object.fromEntries(priced.map(({ wish }) => [wish.product, wish.pricePerMWh])),
    });
    belowMW = volumeMW;
  }
  if (blocks.length === 0) blocks.push({ volumeMW: 0, prices: { [first.product]: first.pricePerMWh } });
  return ok({ ...about, blocks });
}

const volumeOf = ({ product, volumeW }: ReserveWish, { keepsW, unit }: ReserveRequest): number => {
  const mostMW = Math.min(volumeW / 1e6, (keepsW?.[product] ?? 0) / 1e6, unit.maxCapacityMW);
  return Math.max(0, toTick(mostMW, VOLUME_TICK_MW, "down"));
};

function validate(offer: ReserveOffer, unit: MarketUnit): readonly Violation[] {
  const design = [...marketDesignRules(offer.interval)];
  if (design.length > 0) return design;
  const participant = [...participantRules("ercot", offer, unit), ...quarterRules(offer)];
  // One block of nothing takes back what stands.
  return isNothing(offer) ? participant : [...participant, ...blockRules(offer, unit), ...energyRules(offer, unit)];
}

const isNothing = ({ blocks }: ReserveOffer): boolean => blocks.length === 1 && blocks[0]?.volumeMW === 0;

function* quarterRules({ interval, decidedAtMs }: ReserveOffer): Iterable<Violation> {
  const { startMs, endMs } = interval;
  if (startMs % SETTLEMENT_INTERVAL_MS !== 0 || endMs - startMs !== SETTLEMENT_INTERVAL_MS)
    yield violation("ercot.interval", "interval", "it is not a quarter hour");
  if (decidedAtMs > gateClosureMs(interval))
    yield violation("ercot.gate-closed", "interval", "it was decided after the run that takes it");
}

/** In the file it holds to the end of its operating hour, as curves do, unless a newer one takes its place. */
const untilHourEnds = ({ interval }: ReserveOffer) => ({
  ...interval,
  endMs: operatingHour(interval.startMs).endMs,
});
const firstQuarter = ({ interval }: ReserveOffer) => ({
  ...interval,
  endMs: (interval.startMs + SETTLEMENT_INTERVAL_MS) as UtcMs,
});

function stackOf(offer: ReserveOffer): readonly BidStep[] {
  return soldProducts.flatMap((product) => {
    const volumeMW = offeredMW(offer, product);
    const pricePerMWh = offer.blocks.find(({ prices }) => prices[product] !== undefined)?.prices[product];
    return volumeMW > 0 && pricePerMWh !== undefined ? [{ product, pricePerMWh, volumeMW }] : [];
  });
}

/** On top of no energy: what it may be beside some is the telemetered limits' to say, which the operator keeps. */
function reachOf(offer: ReserveOffer): readonly OfferedReserve[] {
  return stackOf(offer).map(({ product = "", volumeMW }) => {
    const volumeW = Math.round(volumeMW * 1e6) as W;
    return { product, direction: "up", volumeW, reachW: volumeW };
  });
}

/** Paid for every megawatt and hour kept ready, at the real-time price of the product. Believed: awards were none day-ahead. */
function settle({ unitId, interval, product, enabledW, pricePerMWh }: ReserveAward): SettlementLine {
  const quantityMWh = ((enabledW / 1e6) * (interval.endMs - interval.startMs)) / 3_600_000;
  return {
    ...{ unitId, interval, product, quantityMWh, pricePerMWh },
    amount: quantityMWh * pricePerMWh,
    currency: "USD",
    rule: "ercot.real-time-reserve",
  };
}
