/**
 * Three ways to fail, kept apart. The world said no: a {@link Result} with a coded error, dealt with in the
 * next lines. We were wrong: {@link invariant} throws, the process commands safe and restarts. We cannot
 * begin: one clear sentence and exit 1, at the top of a `main`.
 */
export type Result<T, E extends CodedError = CodedError> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** An error a machine can branch on: `code` is area and fact, `"lease.stale-sequence"`; the rest are facts a person needs. */
export interface CodedError {
  readonly code: string;
  readonly [fact: string]: unknown;
}

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const fail = <E extends CodedError>(error: E): { readonly ok: false; readonly error: E } => ({
  ok: false,
  error,
});

/** States what must be true. When it is not we are wrong, and going on would be worse than stopping. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation";
}

/** Makes the compiler ask about every case of a union. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unreachable: ${JSON.stringify(value)}`);
}

/** One sentence for a person: `code (fact=value, …)`. */
export function describeError(error: CodedError): string {
  const { code, ...facts } = error;
  const listed = Object.entries(facts).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(inShort(value))}`,
  );
  return listed.length === 0 ? code : `${code} (${listed.join(", ")})`;
}

/** Nobody reads the thirteenth digit of a wait. */
const inShort = (value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
