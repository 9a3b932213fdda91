import { type CodedError, fail, ok, type Result } from "../result/index.ts";

/** What one field must be, in words a person can act on, and the test of it. */
export interface FieldRule {
  readonly must: string;
  readonly accepts: (value: unknown) => boolean;
  readonly optional?: boolean;
}

/** `lease.invalid-powerW`: the code itself names the field. */
export interface InvalidField<Area extends string = string> extends CodedError {
  readonly code: `${Area}.invalid-${string}`;
  readonly field: string;
  readonly must: string;
}

/**
 * Checks a parsed JSON object against a table with one rule per field. Strict refuses a field the table does
 * not name, for what a site obeys; tolerant ignores it, for what a site reports.
 */
export function checkFields<Area extends string>(
  area: Area,
  source: unknown,
  rules: Readonly<Record<string, FieldRule>>,
  unknownFields: "refused" | "ignored",
): Result<Record<string, unknown>, InvalidField<Area>> {
  const invalid = (field: string, must: string) =>
    fail<InvalidField<Area>>({ code: `${area}.invalid-${field}`, field, must });
  if (typeof source !== "object" || source === null || Array.isArray(source)) {
    return invalid("body", "be a JSON object");
  }
  const checked: Record<string, unknown> = {};
  for (const [field, rule] of Object.entries(rules)) {
    const value = Object.hasOwn(source, field) ? (source as Record<string, unknown>)[field] : undefined;
    if (value === undefined) {
      if (rule.optional) continue;
      return invalid(field, rule.must);
    }
    if (!rule.accepts(value)) return invalid(field, rule.must);
    checked[field] = value;
  }
  if (unknownFields === "refused") {
    const stranger = Object.keys(source).find((field) => !Object.hasOwn(rules, field));
    if (stranger !== undefined) return invalid(stranger.slice(0, 64), "not be here: no such field is known");
  }
  return ok(checked);
}

/** JSON from bytes: strict UTF-8, no byte-order mark. */
export function parseJson<Area extends string>(area: Area, bytes: Uint8Array): Result<unknown, InvalidField<Area>> {
  try {
    return ok(JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)));
  } catch {
    return fail({ code: `${area}.invalid-json`, field: "json", must: "be UTF-8 JSON" });
  }
}

/** A finite number, both ends included. JSON can spell 1e999: that is Infinity and is refused. */
export const number = (min: number, max: number): FieldRule => ({
  must: `be a number from ${min} to ${max}`,
  accepts: (value) => typeof value === "number" && value >= min && value <= max,
});

export const positiveNumber = (max: number): FieldRule => ({
  must: `be a number above 0, at most ${max}`,
  accepts: (value) => typeof value === "number" && value > 0 && value <= max,
});

export const integer = (min: number, max: number): FieldRule => ({
  must: `be a whole number from ${min} to ${max}`,
  accepts: (value) => typeof value === "number" && Number.isInteger(value) && value >= min && value <= max,
});

export const text = (pattern: RegExp, must: string): FieldRule => ({
  must,
  accepts: (value) => typeof value === "string" && pattern.test(value),
});

export const oneOf = (values: readonly (string | number)[]): FieldRule => ({
  must: `be one of ${values.join(", ")}`,
  accepts: (value) => (typeof value === "string" || typeof value === "number") && values.includes(value),
});

export const optional = (rule: FieldRule): FieldRule => ({ ...rule, optional: true });
