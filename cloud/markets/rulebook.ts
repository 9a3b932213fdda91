import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import { instantOf, type LocalDate } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";

/**
 * What a market's rules say, by date. A rule is data with a history: each version names the document it was read in
 * and whether it was read there or is only believed. A new version is one line; nothing else changes.
 */
export interface Rulebook {
  readonly marketId: string;
  /** IANA zone of the market's calendar. */
  readonly zone: string;
  /** When the market's day begins on the wall clock, `"04:00"`: a version is in force from there. */
  readonly dayStartsAt: string;
  readonly rules: readonly DatedRule<RuleValue>[];
}

/** What a rule can be: a figure, a word, a list; undefined while it does not exist. */
export type RuleValue = number | string | boolean | readonly (number | string)[] | undefined;

export interface DatedRule<T extends RuleValue> {
  /** `"market-price-cap"`. */
  readonly name: string;
  /** `"AUD/MWh"`; empty where there is none. */
  readonly unit: string;
  readonly meaning: string;
  /** Ascending by date. */
  readonly versions: readonly RuleVersion<T>[];
}

export interface RuleVersion<T extends RuleValue> {
  readonly from: LocalDate;
  readonly value: T;
  readonly source: string;
  /** False: general knowledge or inference, to be checked in the named document before anyone depends on it. */
  readonly verified: boolean;
}

export interface NoRule extends CodedError {
  readonly code: "market.no-rule";
  readonly rule: string;
  readonly instantMs: UtcMs;
}

/** A rule's value in force at an instant; refused before the first date on record. */
export function ruleAt<T extends RuleValue>(
  book: Pick<Rulebook, "zone" | "dayStartsAt">,
  rule: DatedRule<T>,
  instantMs: UtcMs,
): Result<T, NoRule> {
  const starts = startsOf(book, rule);
  for (let index = starts.length - 1; index >= 0; index--) {
    if ((starts[index] as number) <= instantMs) return ok((rule.versions[index] as RuleVersion<T>).value);
  }
  return fail({ code: "market.no-rule", rule: rule.name, instantMs });
}

/** {@link ruleAt} for rules on record since before the product could be asked; throws where that is not so. */
export function ruleInForce<T extends RuleValue>(
  book: Pick<Rulebook, "zone" | "dayStartsAt">,
  rule: DatedRule<T>,
  instantMs: UtcMs,
): T {
  const found = ruleAt(book, rule, instantMs);
  invariant(found.ok, `${rule.name} is on record for ${new Date(instantMs).toISOString()}`);
  return found.value;
}

export interface RuleChange {
  readonly rule: string;
  readonly unit: string;
  readonly meaning: string;
  readonly from: LocalDate;
  readonly before: RuleValue;
  readonly after: RuleValue;
  readonly source: string;
  readonly verified: boolean;
}

/** Every change that takes force after `from` and up to and on `to`, in the order of dates. */
export function diffRules(book: Rulebook, from: LocalDate, to: LocalDate): readonly RuleChange[] {
  return book.rules
    .flatMap(({ name, unit, meaning, versions }) =>
      versions.map((version, index) => ({
        rule: name,
        unit,
        meaning,
        from: version.from,
        before: versions[index - 1]?.value,
        after: version.value,
        source: version.source,
        verified: version.verified,
      })),
    )
    .filter((change) => change.from > from && change.from <= to)
    .sort((a, b) => (a.from === b.from ? (a.rule < b.rule ? -1 : 1) : a.from < b.from ? -1 : 1));
}

/** Start instants by rule: asked for every bid of a fleet, so worked out once. */
const knownStarts = new WeakMap<object, readonly number[]>();

function startsOf<T extends RuleValue>(
  { zone, dayStartsAt }: Pick<Rulebook, "zone" | "dayStartsAt">,
  rule: DatedRule<T>,
) {
  const known = knownStarts.get(rule);
  if (known !== undefined) return known;
  const starts = rule.versions.map(({ from }) => {
    const start = instantOf(zone, from, dayStartsAt);
    invariant(start.ok, `${rule.name} takes force on a date of the calendar, not ${from}`);
    return start.value as number;
  });
  invariant(
    starts.every((start, index) => index === 0 || start > (starts[index - 1] as number)),
    `the versions of ${rule.name} ascend by date`,
  );
  knownStarts.set(rule, starts);
  return starts;
}
