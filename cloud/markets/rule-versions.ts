import type { LocalDate } from "@penstock/protocol/time";
import type { RuleValue, RuleVersion } from "./rulebook.ts";

/** A version that was read in its source. */
export const read = <T extends RuleValue>(from: LocalDate, value: T, source: string): RuleVersion<T> => ({
  from,
  value,
  source,
  verified: true,
});

/** A version that is general knowledge or inferred: check the source before depending on it. */
export const believed = <T extends RuleValue>(from: LocalDate, value: T, source: string): RuleVersion<T> => ({
  from,
  value,
  source,
  verified: false,
});
