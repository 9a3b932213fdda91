import { type Interval, localDayAt } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import { participantRules } from "../curve-market.ts";
import type { MarketUnit, SubmissionKind, Violation } from "../market.ts";
import { offerFields, offerFile } from "../offer-file.ts";
import { ruleAt } from "../rulebook.ts";
import { isOnTick, violation } from "../violation.ts";
import { gateOnDayBefore } from "./calendar.ts";
import { DE_ZONE, dayAheadCap, dayAheadFloor, QUARTER_HOUR_MS, sdacRulebook, VOLUME_TICK_MW } from "./rules.ts";

/**
 * Blocks of one delivery day in the coupled auction. A block is a profile of megawatts over quarter hours with one
 * limit price, taken whole or down to its minimum acceptance ratio. Relations: linked (only with its parent), exclusive
 * group (ratios sum to one at most), loop (a purchase and a sale taken together or not at all: what storage is for).
 */
export interface BlockOrder {
  readonly marketId: "sdac-de";
  readonly unitId: string;
  /** The delivery day. */
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  readonly blocks: readonly Block[];
}

export interface Block {
  readonly id: string;
  /** Average price it is taken at, at least for a sale, at most for a purchase. */
  readonly pricePerMWh: number;
  /** 0..1; 1 is fill-or-kill. */
  readonly acceptanceRatioMin: number;
  /** By quarter hour of the day, from 0; one sign throughout, positive sells. */
  readonly profile: readonly { readonly quarter: number; readonly powerMW: number }[];
  readonly relation?:
    | { readonly kind: "linked"; readonly parentId: string }
    | { readonly kind: "exclusive"; readonly group: string }
    | { readonly kind: "loop"; readonly withId: string };
}

const block = z.object({
  id: z.string().min(1),
  pricePerMWh: z.number(),
  acceptanceRatioMin: z.number(),
  profile: z.array(z.object({ quarter: z.int(), powerMW: z.number() })),
  relation: z
    .union([
      z.object({ kind: z.literal("linked"), parentId: z.string() }),
      z.object({ kind: z.literal("exclusive"), group: z.string() }),
      z.object({ kind: z.literal("loop"), withId: z.string() }),
    ])
    .optional(),
});

const file = offerFile<BlockOrder>(
  "sdac-de.block-file-1",
  z.object({
    marketId: z.literal("sdac-de"),
    ...offerFields,
    blocks: z.array(block),
  }) as unknown as z.ZodType<BlockOrder>,
);

export const blockOrder: SubmissionKind<BlockOrder> = {
  id: "sdac-de.block",
  text: "block orders of a delivery day: profiled, linked, exclusive, loop",
  gateClosureMs: ({ interval }) => gateOnDayBefore("dayAhead", interval),
  validate: (order, unit) => [
    ...participantRules("sdac-de", order, unit),
    ...dayRules(order),
    ...order.blocks.flatMap((each) => [...blockRules(each, order, unit)]),
    ...relationRules(order),
  ],
  ...file,
};

function* dayRules({ interval, decidedAtMs, blocks }: BlockOrder): Iterable<Violation> {
  const day = localDayAt(DE_ZONE, interval.startMs);
  if (day.startMs !== interval.startMs || day.endMs !== interval.endMs)
    yield violation("sdac-de.day", "interval", "it is not a delivery day");
  if (decidedAtMs > gateOnDayBefore("dayAhead", interval))
    yield violation("sdac-de.gate-closed", "interval", "it was decided after 12:00 on the day before");
  if (new Set(blocks.map(({ id }) => id)).size !== blocks.length || blocks.length === 0) {
    yield violation("sdac-de.block-id", "blocks", "there is at least one block, and no two of one name");
  }
}

function* blockRules(
  { id, pricePerMWh, acceptanceRatioMin, profile }: Block,
  { interval }: BlockOrder,
  unit: MarketUnit,
): Iterable<Violation> {
  const cap = ruleAt(sdacRulebook, dayAheadCap, interval.startMs);
  const floor = ruleAt(sdacRulebook, dayAheadFloor, interval.startMs);
  if (!(cap.ok && floor.ok && pricePerMWh >= floor.value && pricePerMWh <= cap.value)) {
    yield violation("sdac-de.price-limit", id, `${pricePerMWh} is outside the harmonised limits`);
  }
  if (!isOnTick(pricePerMWh, 0.01))
    yield violation("sdac-de.price-decimals", id, `${pricePerMWh} has more than two decimals`);
  if (!(acceptanceRatioMin >= 0 && acceptanceRatioMin <= 1))
    yield violation("sdac-de.acceptance-ratio", id, `${acceptanceRatioMin} is outside 0..1`);
  const quarters = (interval.endMs - interval.startMs) / QUARTER_HOUR_MS;
  const ascends = profile.every(
    ({ quarter }, index) => index === 0 || quarter > (profile[index - 1]?.quarter ?? Number.NaN),
  );
  const isInside = profile.every(({ quarter }) => Number.isSafeInteger(quarter) && quarter >= 0 && quarter < quarters);
  if (profile.length === 0 || !ascends || !isInside) {
    yield violation("sdac-de.profile", id, `its quarter hours must ascend within 0..${quarters - 1}`);
  }
  if (
    new Set(profile.map(({ powerMW }) => Math.sign(powerMW))).size > 1 ||
    profile.some(({ powerMW }) => powerMW === 0)
  ) {
    yield violation("sdac-de.profile-sign", id, "a block sells throughout or buys throughout");
  }
  for (const { powerMW } of profile) {
    if (!isOnTick(powerMW, VOLUME_TICK_MW))
      yield violation("sdac-de.mw-decimals", id, `${powerMW} MW has more than one decimal`);
    if (!(powerMW >= -unit.minLoadMW && powerMW <= unit.maxCapacityMW)) {
      yield violation("sdac-de.capacity", id, `${powerMW} MW is outside ${-unit.minLoadMW}..${unit.maxCapacityMW}`);
    }
  }
}

function* relationRules({ blocks }: BlockOrder): Iterable<Violation> {
  const find = (id: string) => blocks.find((each) => each.id === id);
  for (const { id, relation, profile } of blocks) {
    if (relation?.kind === "linked") {
      const seen = new Set([id]);
      for (
        let up: Block | undefined = find(relation.parentId);
        ;
        up = up.relation?.kind === "linked" ? find(up.relation.parentId) : undefined
      ) {
        if (up === undefined) {
          if (seen.size === 1) yield violation("sdac-de.linked-parent", id, `there is no block ${relation.parentId}`);
          break;
        }
        if (seen.has(up.id)) {
          yield violation("sdac-de.linked-parent", id, "it is its own ancestor");
          break;
        }
        seen.add(up.id);
      }
    }
    if (relation?.kind === "loop") {
      const other = find(relation.withId);
      const isMutual = other?.relation?.kind === "loop" && other.relation.withId === id && other.id !== id;
      const isOpposite = Math.sign(other?.profile[0]?.powerMW ?? 0) === -Math.sign(profile[0]?.powerMW ?? 0);
      if (!isMutual || !isOpposite)
        yield violation("sdac-de.loop", id, "a loop is one purchase and one sale that name each other");
    }
  }
}
