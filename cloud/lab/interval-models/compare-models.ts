import { Rng } from "@penstock/protocol/rng";

/** How far off two models were on one day, over the very same intervals; sums of absolute errors, money per MWh. */
export interface DayOfErrors {
  readonly intervals: number;
  readonly champion: number;
  readonly shadow: number;
}

export interface ModelComparison {
  readonly days: number;
  readonly intervals: number;
  /** Mean absolute errors, money per MWh. */
  readonly championMae: number;
  readonly shadowMae: number;
  /** `shadowMae − championMae`: below nothing the shadow is nearer. */
  readonly difference: number;
  /** The middle 90 % of that difference over days drawn again and again. */
  readonly interval: readonly [number, number];
  /** The interval lies on one side of nothing, or it does not. */
  readonly verdict: "better" | "worse" | "cannot tell";
}

/** Days next to each other are alike, so whole weeks are drawn. */
const BLOCK_DAYS = 7;
const DRAWS = 2_000;

/** A shadow against the champion, paired day by day. The same days give the same interval. Days without an interval do not count. */
export function compareModels(all: readonly DayOfErrors[]): ModelComparison | undefined {
  const days = all.filter(({ intervals }) => intervals > 0);
  if (days.length === 0) return undefined;
  const whole = meansOf(days);
  const rng = new Rng("compare-models");
  const differences = Float64Array.from({ length: DRAWS }, () => {
    const drawn: DayOfErrors[] = [];
    while (drawn.length < days.length) {
      const first = rng.integer(0, days.length);
      for (let day = 0; day < BLOCK_DAYS && drawn.length < days.length; day++) {
        drawn.push(days[(first + day) % days.length] as DayOfErrors);
      }
    }
    const { champion, shadow } = meansOf(drawn);
    return shadow - champion;
  }).sort();
  const at = (share: number): number => differences[Math.floor(share * (DRAWS - 1))] as number;
  const interval = [at(0.05), at(0.95)] as const;
  return {
    days: days.length,
    intervals: whole.intervals,
    championMae: whole.champion,
    shadowMae: whole.shadow,
    difference: whole.shadow - whole.champion,
    interval,
    verdict: interval[1] < 0 ? "better" : interval[0] > 0 ? "worse" : "cannot tell",
  };
}

function meansOf(days: readonly DayOfErrors[]) {
  let [intervals, champion, shadow] = [0, 0, 0];
  for (const day of days) {
    intervals += day.intervals;
    champion += day.champion;
    shadow += day.shadow;
  }
  return { intervals, champion: champion / intervals, shadow: shadow / intervals };
}
