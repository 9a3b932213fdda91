import { setImmediate as turn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { httpOperator } from "@penstock/cloud/connectors/http-operator.ts";
import { operatorServer } from "@penstock/cloud/connectors/operator-server.ts";
import {
  type OperatorLine,
  RetryingOperator,
  type SubmissionEvent,
} from "@penstock/cloud/connectors/retrying-operator.ts";
import type { BidRecord } from "@penstock/cloud/desk/bid-record.ts";
import { Desk, type DeskEvent } from "@penstock/cloud/desk/desk.ts";
import { MarketClock } from "@penstock/cloud/desk/market-clock.ts";
import { SimulatedOperator } from "@penstock/cloud/desk/simulated-operator.ts";
import type { SiteReading } from "@penstock/cloud/desk/site-reading.ts";
import { unitTelemetry } from "@penstock/cloud/desk/unit-telemetry.ts";
import { forecasters } from "@penstock/cloud/forecast/index.ts";
import { type Award, markets, type ReserveAward } from "@penstock/cloud/markets/index.ts";
import { generatePrices, generateReservePrices, PriceHistory } from "@penstock/cloud/prices/index.ts";
import { MemoryCloudStore } from "@penstock/cloud/store/index.ts";
import { priceQuantityCurve, strategies } from "@penstock/cloud/strategies/index.ts";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { type Interval, SimClock, zoneOffsetMs } from "@penstock/protocol/time";
import { days, hours, Ms, MW, minutes, seconds, UtcMs, W } from "@penstock/protocol/units";
import { MarketDayPark } from "./market-day-park.ts";
import { configFor, entryOf, journalOn, PARK } from "./market-day-setting.ts";

export const marketDays = ["nem", "ercot", "gb", "sdac-de"] as const;
export type MarketDayName = (typeof marketDays)[number];

export interface MarketDayWish {
  readonly market: MarketDayName;
  readonly seed: number;
  readonly intervals: number;
  readonly onProgress?: (done: number) => void;
}

export interface MarketDayResult {
  readonly market: string;
  readonly seed: number;
  readonly intervals: number;
  readonly bidsBuilt: number;
  readonly bidsAccepted: number;
  readonly bidsRefused: number;
  readonly submissionsOnTheWire: number;
  readonly answersLost: number;
  readonly requestsLost: number;
  readonly busyPages: number;
  readonly retried: number;
  readonly answeredLate: number;
  readonly givenUp: number;
  readonly relayedTwice: number;
  readonly overrides: number;
  readonly overridesCleared: number;
  /** Intervals in which the operator dispatched another bid than the one the desk believes to stand. Must be 0. */
  readonly disagreements: number;
  readonly alarms: readonly string[];
  readonly energySoldMWh: number;
  readonly revenue: number;
  /** Kept ready, MW times hours, and what it earned beside energy. */
  readonly reserveMWh: number;
  readonly reserveRevenue: number;
  /** No market ever cleared at them. */
  readonly reservePricesGenerated: boolean;
  /** Energy that was awarded and not there. */
  readonly notDeliveredMWh: number;
  /** Intervals after which what is in store does not carry the reserves that were sold. Must be 0. */
  readonly unbackedIntervals: number;
  readonly currency: string;
}

/** Both markets have rules for it, and it is an ordinary day. */
const DAY_MS = UtcMs(Date.parse("2026-06-10T00:00:00Z"));
const STEP_MS = seconds(5);
const RESERVE_PRICE_MAX = 1_000;
/** Intervals a trader takes over. */
const BY_HAND = 4;

type ResultsEvent = Extract<DeskEvent, { readonly type: "results" }>;

/**
 * One day of a market through its operator's HTTP door: the desk of production on a virtual clock, a line that loses
 * answers and requests, shows busy pages and repeats itself, and a trader who takes over for an hour. At the end the
 * operator's dispatch is held against what the desk believes it had submitted.
 */
export async function marketDay({ market: id, seed, intervals, onProgress }: MarketDayWish): Promise<MarketDayResult> {
  const market = markets[id];
  invariant(market !== undefined, "the shelf holds the market");
  const entry = entryOf(market);
  const { unit } = entry;
  const config = configFor(market, entry);
  const strategy = strategies[config.strategy];
  const forecaster = forecasters[config.forecaster];
  invariant(strategy !== undefined && forecaster !== undefined, "the shelves hold what the day needs");
  const rng = new Rng(`market-day/${id}/${seed}`);
  const dayStartMs = market.tradingDay(DAY_MS).endMs;
  const { intervalMs, currency } = market;
  const constants = market.constantsAt(dayStartMs, unit);
  invariant(constants.ok, "there are rules for the day");
  const prices = generatePrices({
    rng: rng.fork("prices"),
    region: unit.region,
    currency,
    startMs: UtcMs(dayStartMs - days(7)),
    intervalMs,
    count: (days(7) + days(3)) / intervalMs,
    knownAfterStartMs: Ms(0),
    floor: constants.value.priceFloor,
    cap: constants.value.priceCap,
    utcOffsetMs: zoneOffsetMs(market.rulebook.zone, dayStartMs),
  });

  const { ahead } = market.reserves ?? {};
  const startMs =
    ahead === undefined
      ? UtcMs(dayStartMs - Math.max(intervalMs, minutes(10)))
      : UtcMs(ahead.gateClosureMs(ahead.blockOf(dayStartMs)) - minutes(10));
  const clock = new SimClock(startMs);
  const marketClock = new MarketClock(clock, { wallMs: startMs, marketMs: startMs, speed: 1 });
  const park = new MarketDayPark(market);
  const reading = (): SiteReading => park.reading(clock.nowMs());
  const simulated = new SimulatedOperator({
    market,
    units: [unit],
    series: prices,
    nowMs: () => marketClock.nowMs(),
    measuredW: () => park.powerW,
    reservePrices: generateReservePrices(prices, RESERVE_PRICE_MAX),
    telemetry: () => unitTelemetry([PARK], reading),
  });
  const server = await operatorServer({
    operator: simulated,
    rng: rng.fork("trouble"),
    port: 0,
    trouble: { loseAnswer: 0.03, loseRequest: 0.03, busy: 0.03, twice: 0.03 },
  });
  invariant(server.ok, "loopback has a free port");
  const events: SubmissionEvent[] = [];
  const line = counted(httpOperator({ url: server.value.url, timeoutMs: seconds(5) }));
  const operator = new RetryingOperator({
    clock,
    rng: rng.fork("retries"),
    line,
    giveUpAfterMs: minutes(2),
    onEvent: (event) => events.push(event),
  });

  const records = new Map<string, BidRecord>();
  const alarms: string[] = [];
  let disagreements = 0;
  let overridesCleared = 0;
  let energySoldMWh = 0;
  let revenue = 0;
  let reserveMWh = 0;
  let notDeliveredMWh = 0;
  let unbacked = 0;
  let reserveRevenue = 0;
  /** Whether the operator dispatched what the desk believes to stand, energy and reserves. */
  const isAsBelieved = (
    { results, standing, standingReserves }: ResultsEvent,
    award: Award,
    enabled: readonly ReserveAward[],
  ): boolean => {
    const plant = { initialW: park.powerW, lossFactor: unit.lossFactor, rampMWPerMin: unit.rampMWPerMin };
    const energy = standing.get(unit.id)?.bid;
    const offer = standingReserves.get(unit.id)?.bid;
    const { pricePerMWh } = award;
    if (offer === undefined || market.reserves === undefined || market.reserves.ahead !== undefined) {
      const believedW = energy === undefined ? 0 : market.clear(energy, pricePerMWh, plant).targetW;
      return believedW === award.targetW && (offer !== undefined || enabled.length === 0);
    }
    const telemetry = unitTelemetry([PARK], reading);
    const believed = market.reserves.clear({
      ...{ unit, energy, offer, pricePerMWh, plant },
      reservePrices: results.reservePrices ?? {},
      ...(telemetry !== undefined && { telemetry }),
    });
    return believed.energy.targetW === award.targetW && isDeepStrictEqual(believed.reserves, enabled);
  };
  const onEvent = (event: DeskEvent): void => {
    if (event.type === "bid") records.set(event.record.bidId, event.record);
    if (event.type === "alarm") alarms.push(event.alarm.code);
    if (event.type !== "results") return;
    const [award] = event.results.awards;
    const standing = event.standing.get(unit.id);
    if (award === undefined) return;
    const enabled = event.results.reserves ?? [];
    if (!isAsBelieved(event, award, enabled)) disagreements++;
    for (const line of enabled.flatMap((each) => market.reserves?.settle(each) ?? [])) {
      reserveMWh += line.quantityMWh;
      reserveRevenue += line.amount;
    }
    if (standing?.author.type === "person") overridesCleared++;
    notDeliveredMWh += park.follow(award.targetW);
    if (!park.isBacking(enabled)) unbacked++;
    const meteredWh = park.powerW * (intervalMs / hours(1));
    energySoldMWh += meteredWh / 1e6;
    const [settled] = market.settle({
      award,
      meteredWh,
      pricePerMWh: award.pricePerMWh,
      lossFactor: unit.lossFactor,
    });
    revenue += settled?.amount ?? 0;
  };

  const desk = new Desk({
    clock,
    marketClock,
    config,
    market,
    strategy,
    forecaster,
    operator,
    journal: journalOn(new MemoryCloudStore()),
    readings: reading,
    history: () => PriceHistory.asOf(prices, marketClock.nowMs()),
    onEvent,
  });
  desk.start();

  let overrides = 0;
  const overrideByHand = (interval: Interval): void => {
    const { mostW, leastW } = park.reach();
    // Energy bid around reserves may have come to the edge of what those leave: by hand it then rests.
    const mostMW = ahead === undefined ? 5 : 0;
    const curve = priceQuantityCurve(Math.max(MW(-mostMW), wholeMW(leastW / 2)), [
      { pricePerMWh: 400, powerW: W(Math.min(MW(mostMW), wholeMW(mostW / 2))) },
    ]);
    const said = desk.commands.bid(
      { unitId: unit.id, interval, curves: [{ siteId: "park", curve }], why: "an hour by hand" },
      { name: "trader-1", role: "trader" },
    );
    invariant(said.ok, "a sound bid of a person is taken in time");
    overrides++;
  };
  try {
    const byHandFrom = Math.floor(intervals / 2);
    // Where a whole day closes at once the algorithm decides all that follows anew, which takes its time on the wire.
    const byHandBeforeMs = ahead === undefined ? seconds(12) : seconds(45);
    const all = Array.from({ length: intervals }, (_, index) => ({
      index,
      interval: {
        startMs: UtcMs(dayStartMs + index * intervalMs),
        endMs: UtcMs(dayStartMs + (index + 1) * intervalMs),
      },
    }));
    const steps = all.flatMap(({ index, interval }) => [
      { atMs: UtcMs(market.gateClosureMs(interval) - byHandBeforeMs), index, interval, isGate: true },
      { atMs: interval.startMs, index, interval, isGate: false },
    ]);
    for (const { atMs, index, interval, isGate } of steps.sort((a, b) => a.atMs - b.atMs)) {
      // One answer is lost for certain, whatever the seed draws.
      if (isGate && index === Math.floor(intervals / 3)) server.value.next("lose-answer");
      await until(atMs);
      if (isGate && index >= byHandFrom && index < byHandFrom + BY_HAND) overrideByHand(interval);
      if (!isGate) onProgress?.(index + 1);
    }
    await until(UtcMs(dayStartMs + intervals * intervalMs + seconds(30)));
  } finally {
    desk.stop();
    await server.value.close();
  }

  const all = [...records.values()];
  const { counts } = server.value;
  const count = (code: SubmissionEvent["code"]) => events.filter((event) => event.code === code).length;
  return {
    market: id,
    seed,
    intervals,
    bidsBuilt: all.length,
    bidsAccepted: all.filter(({ state }) => state === "accepted" || state === "cleared").length,
    bidsRefused: all.filter(({ state }) => state === "refused").length,
    submissionsOnTheWire: counts.submissions,
    answersLost: counts.lostAnswers,
    requestsLost: counts.lostRequests,
    busyPages: counts.busy,
    retried: count("submission.retried"),
    answeredLate: count("submission.answered-late"),
    givenUp: count("submission.given-up"),
    relayedTwice: counts.twice,
    overrides,
    overridesCleared,
    disagreements,
    alarms: [...new Set(alarms)],
    energySoldMWh: Number(energySoldMWh.toFixed(3)),
    revenue: Number(revenue.toFixed(2)),
    reserveMWh: Number(reserveMWh.toFixed(3)),
    reserveRevenue: Number(reserveRevenue.toFixed(2)),
    reservePricesGenerated: true,
    notDeliveredMWh: Number(notDeliveredMWh.toFixed(3)),
    unbackedIntervals: unbacked,
    currency,
  };

  /** Virtual time goes on only while nothing is on the wire: the wire is real. */
  async function until(instantMs: UtcMs): Promise<void> {
    while (clock.nowMs() < instantMs) {
      clock.advance(Ms(Math.min(STEP_MS, instantMs - clock.nowMs())));
      while (line.outstanding > 0) await turn();
    }
  }
}

const wholeMW = (powerW: number): number => Math.trunc(powerW / 1e6) * 1e6;

function counted(line: OperatorLine): OperatorLine & { outstanding: number } {
  const self = {
    outstanding: 0,
    submit: ((file, key, done) => line.submit(file, key, whenAnswered(done))) as OperatorLine["submit"],
    results: ((interval, done) => line.results(interval, whenAnswered(done))) as OperatorLine["results"],
    reserveResults: ((block, done) => line.reserveResults?.(block, whenAnswered(done))) as NonNullable<
      OperatorLine["reserveResults"]
    >,
  };
  function whenAnswered<T>(done: (answer: T) => void): (answer: T) => void {
    self.outstanding++;
    return (answer) => {
      self.outstanding--;
      done(answer);
    };
  }
  return self;
}
