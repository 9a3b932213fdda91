import { invariant } from "@penstock/protocol/result";
import type { Battery } from "../../optimise/battery.ts";
import type { IntervalTrader } from "../../strategies/learned/interval-trader.ts";
import { LearnedValue } from "../../strategies/learned/learned-value.ts";
import { ProfileValue } from "../../strategies/learned/profile-value.ts";
import type { ValueModel } from "../../strategies/learned/value-model.ts";
import { priceQuantityCurve } from "../../strategies/price-quantity-curve.ts";

export interface TraderSetting {
  readonly battery: Battery;
  /** What was learned for the stretch an interval lies in. */
  readonly modelAt: (index: number) => ValueModel;
}

export interface TraderEntry {
  readonly text: string;
  readonly learns: boolean;
  readonly make: (setting: TraderSetting) => IntervalTrader;
}

const TICK = 0.01;

/** The shelf: one entry a trader. The first is the default. */
export const intervalTraders: Readonly<Record<string, TraderEntry>> = {
  "learned-value": {
    text: "what stored energy turned out to be worth in pasts that looked like now",
    learns: true,
    make: ({ battery, modelAt }) =>
      new LearnedValue({ battery, model: (past) => modelAt(past.length), priceTick: TICK }),
  },
  "mean-profile": {
    text: "the mean of the last 14 days at the same time of day",
    learns: false,
    make: ({ battery }) => new ProfileValue("mean-profile", 14, battery, TICK),
  },
  yesterday: {
    text: "today will be as yesterday was",
    learns: false,
    make: ({ battery }) => new ProfileValue("yesterday", 1, battery, TICK),
  },
  idle: {
    text: "wants nothing at any price",
    learns: false,
    make: () => ({ name: "idle", curve: () => priceQuantityCurve(0, []) }),
  },
};

/** Traders every result is set beside. */
export const BASELINES: readonly string[] = ["mean-profile", "yesterday"];

export function traderNamed(name: string): TraderEntry {
  const entry = intervalTraders[name];
  invariant(entry !== undefined, "a trader is asked for by a name of the shelf");
  return entry;
}
