import { fileURLToPath } from "node:url";
import { type Clock, intervalAt, zoneOffsetMs } from "@penstock/protocol/time";
import { minutes, type UtcMs } from "@penstock/protocol/units";
import type { CloudConfig } from "./config/cloud-config.ts";
import type { MarketAnchor } from "./desk/market-clock.ts";
import type { Market } from "./markets/index.ts";
import { codeVersion } from "./models/code-version.ts";
import { storeValueKeeper } from "./models/store-value-keeper.ts";
import { valueTrainerAtOnce } from "./models/value-trainers.ts";
import type { PriceSeries } from "./prices/index.ts";
import type { CloudStore } from "./store/index.ts";
import { type Strategy, strategies, valueCurve } from "./strategies/index.ts";
import { LearnedStrategy, learnedValueName, type ValueTrainer } from "./strategies/learned-strategy.ts";

/** At a first start this much of the series is the past, at most: forecasters learn from it. */
const HISTORY_MS_MAX = minutes(14 * 24 * 60);
/** For a strategy that learns from it. */
const LEARNED_HISTORY_MS_MAX = minutes(60 * 24 * 60);
const ANCHOR = "market.anchor";

export interface MarketStart {
  readonly clock: Clock;
  readonly config: CloudConfig;
  readonly prices: PriceSeries;
  readonly store: CloudStore;
  /** Where the learning strategy learns; at once and in place when absent. */
  readonly trainer?: ValueTrainer;
}

/** One from the shelf, or the one that learns, with a learner of its own. */
export function strategyOf({ config, prices, store, trainer }: MarketStart, market: Market): Strategy | undefined {
  if (config.strategy !== learnedValueName) return strategies[config.strategy];
  return new LearnedStrategy({
    trainer: trainer ?? valueTrainerAtOnce,
    keeper: storeValueKeeper(store, codeVersion(fileURLToPath(import.meta.resolve("./models/learn-value.ts")))),
    fallback: valueCurve,
    utcOffsetMs: zoneOffsetMs(market.rulebook.zone, prices.startMs),
  });
}

/** Where market time stands: as it was left, or at a first start where the configuration or the series says. */
export function anchorOf({ clock, config, prices, store }: MarketStart, market: Market): MarketAnchor {
  const kept = store.fact(ANCHOR) as MarketAnchor | undefined;
  if (kept !== undefined) return kept;
  const mostMs = config.strategy === learnedValueName ? LEARNED_HISTORY_MS_MAX : HISTORY_MS_MAX;
  const historyMs = Math.min(mostMs, (prices.prices.length * prices.intervalMs) / 3);
  const startMs = config.market.startMs ?? intervalAt((prices.startMs + historyMs) as UtcMs, market.intervalMs).endMs;
  const anchor: MarketAnchor = { wallMs: clock.nowMs(), marketMs: startMs, speed: config.market.speed };
  store.putFact(ANCHOR, anchor);
  return anchor;
}
