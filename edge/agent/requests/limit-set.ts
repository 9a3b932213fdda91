import { widensLimit } from "@penstock/protocol/lease";
import { W } from "@penstock/protocol/units";
import { latchRequest } from "./latch-request.ts";
import { limitWords } from "./limit-words.ts";
import { isPower } from "./request.ts";

/** One end or both, W; null is open. It replaces the limit before it. */
export const limitSet = latchRequest<{ powerWMin: number | null; powerWMax: number | null }>({
  op: "limit-set",
  outdates: ["limit-set", "limit-clear"],

  parse({ powerWMin = null, powerWMax = null }) {
    if (!isPowerOrNull(powerWMin) || !isPowerOrNull(powerWMax)) return undefined;
    const isEmpty = powerWMin === null && powerWMax === null;
    const isInsideOut = powerWMin !== null && powerWMax !== null && powerWMin > powerWMax;
    return isEmpty || isInsideOut ? undefined : { powerWMin, powerWMax };
  },

  widens({ localLimitW }, { powerWMin, powerWMax }) {
    if (localLimitW === undefined) return undefined; // The first limit takes room.
    const after = limitOf(powerWMin, powerWMax);
    return widensLimit(after, localLimitW) ? { now: limitWords(localLimitW), after: limitWords(after) } : undefined;
  },

  apply: (latches, { powerWMin, powerWMax, by, reason }) => ({
    ...latches,
    localLimitW: {
      ...limitOf(powerWMin, powerWMax),
      by,
      reason,
    },
  }),
});

const limitOf = (powerWMin: number | null, powerWMax: number | null) => ({
  powerWMin: W(powerWMin ?? Number.NEGATIVE_INFINITY),
  powerWMax: W(powerWMax ?? Number.POSITIVE_INFINITY),
});

const isPowerOrNull = (value: unknown): value is number | null => value === null || isPower(value);
