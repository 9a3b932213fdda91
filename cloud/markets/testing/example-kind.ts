import { isDeepStrictEqual } from "node:util";
import type { CodedError, Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import type { MarketUnit, Violation } from "../market.ts";

/**
 * How to try a rulebook: sound submissions from a seed, and every way known to break one. A validator that takes a
 * broken one, or refuses a sound one, is found by numbers.
 */
export interface ExampleKind<O extends object = object> {
  /** `"nem.energy"`, `"gb.eac"`. */
  readonly id: string;
  make(rng: Rng): { readonly offer: O; readonly unit: MarketUnit };
  readonly breaks: readonly Break<O>[];
  validate(offer: O, unit: MarketUnit): readonly Violation[];
  encode(offers: readonly O[]): string;
  parse(text: string): Result<readonly O[], CodedError>;
}

export interface Break<O extends object> {
  /** The rule that must refuse it. */
  readonly rule: string;
  /** What was done to it, for people. */
  readonly how: string;
  /** Undefined when this example cannot be broken this way. */
  apply(offer: O, unit: MarketUnit, rng: Rng): O | undefined;
}

export interface Tally {
  readonly sound: number;
  readonly broken: number;
  readonly files: number;
  /** By rule: how many were refused by it. */
  readonly byRule: Readonly<Record<string, number>>;
  /** Anything here is a bug. */
  readonly failures: readonly string[];
}

/** Tries `count` submissions of a kind: each sound, each through its file and back, each broken in one way. */
export function tryKind<O extends object>(kind: ExampleKind<O>, count: number, rng: Rng): Tally {
  const byRule: Record<string, number> = {};
  const failures: string[] = [];
  let broken = 0;
  let files = 0;
  for (let index = 0; index < count && failures.length < FAILURES_MAX; index++) {
    const { offer, unit } = kind.make(rng);
    const [unjust] = kind.validate(offer, unit);
    if (unjust !== undefined)
      failures.push(`${kind.id} ${index}: a sound one is refused: ${unjust.rule} ${unjust.where}: ${unjust.message}`);
    if (index % FILE_EVERY === 0) {
      files++;
      const back = kind.parse(kind.encode([offer]));
      if (!back.ok || !isDeepStrictEqual(back.value, [offer])) {
        failures.push(
          `${kind.id} ${index}: the file reads back otherwise: ${JSON.stringify(back)} for ${JSON.stringify(offer)}`,
        );
      }
    }
    const way = kind.breaks[index % kind.breaks.length];
    const bad = way?.apply(offer, unit, rng);
    if (way === undefined || bad === undefined) continue;
    broken++;
    const rules = kind.validate(bad, unit).map(({ rule }) => rule);
    if (rules.includes(way.rule)) byRule[way.rule] = (byRule[way.rule] ?? 0) + 1;
    else
      failures.push(
        `${kind.id} ${index}: ${way.how} is not refused by ${way.rule} but by ${rules.join(", ") || "nothing"}`,
      );
  }
  return { sound: count, broken, files, byRule, failures };
}

/** Files are slow beside rules: one in so many goes through its file. */
const FILE_EVERY = 20;
const FAILURES_MAX = 20;
