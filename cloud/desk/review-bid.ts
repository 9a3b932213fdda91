import type { GateMode, TwoPersonBand } from "../config/cloud-config.ts";
import type { BidStep } from "../markets/market.ts";
import type { BidAuthor } from "./bid-record.ts";
import { isAtLeast, type Person } from "./person.ts";

/** How many different people a bid takes before it leaves. A person's own bid carries that person's signature. */
export interface Review {
  readonly signaturesNeeded: 0 | 1 | 2;
  /** What lies beyond the band, in words; empty within it. */
  readonly beyondBand: readonly string[];
}

/** Within the band: the algorithm as its gate says, a person alone. Beyond it: two people, whoever made it. */
export function reviewBid(
  steps: readonly BidStep[],
  author: BidAuthor,
  gate: GateMode,
  band: TwoPersonBand | undefined,
): Review {
  const beyondBand = band === undefined ? [] : [...beyond(steps, band)];
  if (beyondBand.length > 0) return { signaturesNeeded: 2, beyondBand };
  return { signaturesNeeded: author.type === "algorithm" && gate === "auto" ? 0 : 1, beyondBand };
}

/** Two signatures are those of two people, one of them an approver. */
export function isSigned({ signaturesNeeded }: Review, signatures: readonly Person[]): boolean {
  const people = new Set(signatures.map(({ name }) => name));
  if (people.size < signaturesNeeded) return false;
  return signaturesNeeded < 2 || signatures.some((person) => isAtLeast(person, "approver"));
}

function* beyond(steps: readonly BidStep[], band: TwoPersonBand): Iterable<string> {
  const { pricePerMWhMin, pricePerMWhMax, offeredMWMax } = band;
  for (const { pricePerMWh, volumeMW } of steps) {
    const what = `${volumeMW > 0 ? "sells" : "buys"} ${Math.abs(volumeMW)} MW at ${pricePerMWh}`;
    if (!(pricePerMWh >= pricePerMWhMin)) yield `${what}, under ${pricePerMWhMin}`;
    if (!(pricePerMWh <= pricePerMWhMax)) yield `${what}, over ${pricePerMWhMax}`;
  }
  const soldMW = steps.reduce((total, { volumeMW }) => total + Math.max(0, volumeMW), 0);
  const boughtMW = steps.reduce((total, { volumeMW }) => total + Math.max(0, -volumeMW), 0);
  if (!(soldMW <= offeredMWMax)) yield `sells up to ${soldMW} MW, over ${offeredMWMax}`;
  if (!(boughtMW <= offeredMWMax)) yield `buys up to ${boughtMW} MW, over ${offeredMWMax}`;
}
