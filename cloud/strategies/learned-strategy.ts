import { type CodedError, describeError, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import { clamp, type Ms, type UtcMs, type W } from "@penstock/protocol/units";
import type { Battery } from "../optimise/index.ts";
import { batteryOf } from "./battery-of.ts";
import { HistoryPast } from "./history-past.ts";
import { type LessonOf, type ValueKeeper, whyNotKept } from "./learned/kept-value.ts";
import { LearnedValue } from "./learned/learned-value.ts";
import type { ValueModel } from "./learned/value-model.ts";
import { priceQuantityCurve } from "./price-quantity-curve.ts";
import type { Intent, PriceLevels, SiteCapability, Strategy, StrategyView } from "./strategy.ts";

/** A past to learn from, as plain data: it crosses to the learner's own thread. Prices are at the meter. */
export interface ValueLesson {
  readonly prices: Float64Array;
  readonly startMs: UtcMs;
  readonly intervalMs: Ms;
  readonly utcOffsetMs: number;
  readonly battery: Battery;
}

export interface ValueTrainer {
  /** Learns off the path of bids. The answer comes when it is there, once. */
  learn(lesson: ValueLesson, done: (answer: Result<ValueModel, CodedError>) => void): void;
}

export interface LearnedStrategyPorts {
  readonly trainer: ValueTrainer;
  /** Keeps what was learned over a restart; without one it is learned anew. */
  readonly keeper?: ValueKeeper | undefined;
  /** Bids while nothing was learned yet, and chooses the price bands. */
  readonly fallback: Strategy;
  /** The market's clock is ahead of UTC by this where the record of prices begins. */
  readonly utcOffsetMs: number;
}

export const learnedValueName = "learned-value";

/** Fewer days teach what those days were like and little else. */
const LEARN_DAYS_MIN = 30;
/** A backtest learns more often while the past is short; a desk shares its processor with the fleet. */
const LEARN_AGAIN_DAYS = 7;

/**
 * The learned trader of the backtest at the desk: the very same `LearnedValue` on the record of prices as known now, for
 * each site by itself. It learns beside the bids and again every week; until it has, and wherever the record is too
 * short or behind, the fallback bids and the intent says why. What was learned is kept, and a restart goes on with it. Decides in order of time; holds no clock and no thread.
 */
export class LearnedStrategy implements Strategy {
  readonly name = learnedValueName;
  readonly #ports: LearnedStrategyPorts;
  readonly #sites = new Map<string, SiteLearner>();

  constructor(ports: LearnedStrategyPorts) {
    this.#ports = ports;
  }

  decide(view: StrategyView): Result<readonly Intent[], CodedError> {
    const intents: Intent[] = [];
    for (const site of view.sites) {
      const learned = this.#learned(site, view);
      if (typeof learned !== "string") {
        intents.push(learned);
        continue;
      }
      const instead = this.#ports.fallback.decide({ ...view, sites: [site] });
      if (!instead.ok) return instead;
      for (const intent of instead.value) {
        intents.push({ ...intent, because: `${this.#ports.fallback.name}, for ${learned}: ${intent.because}` });
      }
    }
    return ok(intents);
  }

  levels(view: StrategyView, span: Interval): Result<PriceLevels, CodedError> {
    return this.#ports.fallback.levels(view, span);
  }

  /** The learned intent, or why there is none. */
  #learned(site: SiteCapability, view: StrategyView): Intent | string {
    const { history, interval, market } = view;
    if (!site.available || site.capacityWh <= 0) return "the site is not available";
    if (history === undefined) return "there is no record of prices";
    const past = new HistoryPast(history, this.#ports.utcOffsetMs, market.lossFactor);
    const days = (past.length * past.intervalMs) / DAY_MS;
    if (days < LEARN_DAYS_MIN) return `${days.toFixed(1)} of ${LEARN_DAYS_MIN} days to learn from are on record`;
    if (history.endMs !== interval.startMs) return "the price of the interval before is not known yet";
    const learner = this.#learnerOf(site, past, market.lossFactor, market.priceTick);
    learner.keepLearning(past, this.#ports.trainer);
    return learner.intent(site, past, interval);
  }

  /** A site keeps its learner while its battery is no larger than the one that was learned for. */
  #learnerOf(site: SiteCapability, past: HistoryPast, lossFactor: number, priceTick: number): SiteLearner {
    const held = this.#sites.get(site.siteId);
    const isFor = (learner: SiteLearner): boolean =>
      learner.lesson.lossFactor === lossFactor && learner.lesson.battery.capacityWh >= site.capacityWh;
    if (held !== undefined && isFor(held)) return held;
    const { startMs: recordStartMs, intervalMs } = past;
    const lesson: LessonOf = { recordStartMs, intervalMs, lossFactor, battery: batteryOf(site) };
    const made = new SiteLearner({ siteId: site.siteId, lesson, priceTick, keeper: this.#ports.keeper, past });
    this.#sites.set(site.siteId, made);
    return made;
  }
}

interface SiteLearnerWish {
  readonly siteId: string;
  readonly lesson: LessonOf;
  readonly priceTick: number;
  readonly keeper: ValueKeeper | undefined;
  readonly past: HistoryPast;
}

class SiteLearner {
  readonly lesson: LessonOf;
  readonly #siteId: string;
  readonly #keeper: ValueKeeper | undefined;
  readonly #trader: LearnedValue;
  #model: ValueModel | undefined;
  #learnedFrom = 0;
  #isLearning = false;
  #failure: CodedError | undefined;
  /** Why what was kept is of no use. */
  #notKept: string | undefined;

  constructor({ siteId, lesson, priceTick, keeper, past }: SiteLearnerWish) {
    const loaded = keeper?.load(siteId);
    const kept = typeof loaded === "object" ? loaded : undefined;
    this.#notKept = typeof loaded === "string" ? loaded : kept && whyNotKept(kept.learned.lesson, lesson);
    const isKept = kept !== undefined && this.#notKept === undefined && kept.learned.learnedFrom <= past.length;
    this.lesson = isKept ? kept.learned.lesson : lesson;
    this.#siteId = siteId;
    this.#keeper = keeper;
    const { battery } = this.lesson;
    this.#trader = new LearnedValue({ battery, priceTick, model: () => this.#model as ValueModel });
    if (!isKept) return;
    this.#model = kept.learned.model;
    this.#learnedFrom = kept.learned.learnedFrom;
    if (kept.trader !== undefined) this.#trader.resume(kept.trader, past);
  }

  keepLearning(past: HistoryPast, trainer: ValueTrainer): void {
    const againAfter = (LEARN_AGAIN_DAYS * DAY_MS) / past.intervalMs;
    if (this.#isLearning || (this.#model !== undefined && past.length - this.#learnedFrom < againAfter)) return;
    this.#isLearning = true;
    const { startMs, intervalMs, utcOffsetMs, length } = past;
    trainer.learn(
      { prices: past.prices(), startMs, intervalMs, utcOffsetMs, battery: this.lesson.battery },
      (answer) => {
        this.#isLearning = false;
        this.#failure = answer.ok ? undefined : answer.error;
        if (!answer.ok) return; // What was learned before goes on bidding; the next interval tries again.
        this.#model = answer.value;
        this.#learnedFrom = length;
        this.#notKept = undefined;
        this.#keeper?.keepModel(this.#siteId, { model: answer.value, learnedFrom: length, lesson: this.lesson });
      },
    );
  }

  intent(site: SiteCapability, past: HistoryPast, interval: Interval): Intent | string {
    if (this.#model === undefined) {
      if (this.#failure !== undefined) return `learning failed: ${describeError(this.#failure)}`;
      return this.#notKept === undefined ? "it is still learning" : `it is learning anew, ${this.#notKept}`;
    }
    // Units that are out take power and energy along in one proportion: a stored MWh is worth what it was.
    const whole = this.#trader.curve(past, site.soc);
    const { kept } = this.#trader;
    if (kept !== undefined) this.#keeper?.keepTrader(this.#siteId, kept);
    const share = site.capacityWh / this.lesson.battery.capacityWh;
    const chargeWMax = limitOf(site.powerWMaxCharge, site.importWMax);
    const dischargeWMax = limitOf(site.powerWMaxDischarge, site.exportWMax);
    const scaled = (powerW: number): W => clamp(powerW * share, -chargeWMax, dischargeWMax) as W;
    const curve = priceQuantityCurve(
      scaled(whole.powerWAtFloor),
      whole.steps.map(({ pricePerMWh, powerW }) => ({ pricePerMWh, powerW: scaled(powerW) })),
    );
    const learnedDays = Math.floor((this.#learnedFrom * past.intervalMs) / DAY_MS);
    return { siteId: site.siteId, interval, curve, because: `as learned from ${learnedDays} days of prices` };
  }
}

const limitOf = (powerWMax: number, connectionWMax: number | undefined): number =>
  Math.min(powerWMax, connectionWMax ?? Number.POSITIVE_INFINITY);

const DAY_MS = 86_400_000;
