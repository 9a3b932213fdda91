import {
  type BidDocument,
  FLEET_VERSION,
  type MarketDocument,
  type PricePoint,
  type ProfitDocument,
} from "@penstock/protocol/fleet";
import type { BidOutcome, BidUpdate, MarketTick } from "./fleet-input.ts";

/** One market: where it is, what it costs, what was bid, what was earned. */
export class MarketView {
  readonly #prices: PricePoint[] = [];
  /** By unit, product and interval. */
  readonly #bids = new Map<string, BidDocument>();
  #tick: MarketTick;
  #profit: ProfitDocument | null = null;

  constructor(tick: MarketTick) {
    this.#tick = tick;
    this.tick(tick);
  }

  tick(tick: MarketTick): void {
    this.#tick = tick;
    const { intervalStartMs: startMs, pricePerMWh } = tick;
    const last = this.#prices.at(-1);
    if (last !== undefined && last.startMs >= startMs) {
      if (last.startMs === startMs) this.#prices[this.#prices.length - 1] = { startMs, pricePerMWh };
    } else {
      this.#prices.push({ startMs, pricePerMWh });
      if (this.#prices.length > pricesMax) this.#prices.shift();
    }
    for (const [key, bid] of this.#bids) if (bid.intervalEndMs <= startMs) this.#bids.delete(key);
  }

  bid(update: BidUpdate): void {
    const held = this.#bids.get(keyOf(update));
    if (held !== undefined && held.bidVersion > update.bidVersion) return;
    // What only waits, or never left, does not hide what the operator holds.
    const isAnother = held !== undefined && held.bidVersion < update.bidVersion;
    if (isAnother && isWithOperator(held.state) && !isWithOperator(update.state)) return;
    if (update.intervalEndMs <= this.#tick.intervalStartMs) return;
    const { awardPowerW = null, clearedPricePerMWh = null, enabled = null } = held ?? {};
    const outcome = { awardPowerW, clearedPricePerMWh, ...(update.product !== undefined && { enabled }) };
    this.#bids.set(keyOf(update), { version: FLEET_VERSION, ...update, ...outcome });
  }

  cleared(outcome: BidOutcome): void {
    const { awardPowerW, pricePerMWh: clearedPricePerMWh, enabled = null } = outcome;
    const energy = this.#bids.get(keyOf(outcome));
    if (energy !== undefined) {
      this.#bids.set(keyOf(outcome), { ...energy, state: "cleared", awardPowerW, clearedPricePerMWh });
    }
    const key = keyOf({ ...outcome, product: RESERVES });
    const reserves = this.#bids.get(key);
    if (reserves !== undefined && isWithOperator(reserves.state)) {
      this.#bids.set(key, { ...reserves, state: "cleared", enabled });
    }
  }

  profit(profit: ProfitDocument): void {
    this.#profit = profit;
  }

  document(): MarketDocument {
    return {
      version: FLEET_VERSION,
      ...this.#tick,
      recentPrices: [...this.#prices],
      bids: [...this.#bids.values()].sort(
        (a, b) =>
          a.intervalStartMs - b.intervalStartMs ||
          a.unitId.localeCompare(b.unitId) ||
          (a.product ?? "").localeCompare(b.product ?? ""),
      ),
      profit: this.#profit,
    };
  }
}

const isWithOperator = (state: BidDocument["state"]): boolean =>
  state === "submitted" || state === "accepted" || state === "cleared";

/** A day of five-minute prices. */
const pricesMax = 288;

const keyOf = ({ unitId, product = "", intervalStartMs }: Key): string => `${unitId}\n${product}\n${intervalStartMs}`;
type Key = Pick<BidDocument, "unitId" | "product" | "intervalStartMs">;

const RESERVES = "reserves";
