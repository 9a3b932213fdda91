import { createHash } from "node:crypto";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Ms, UtcMs } from "@penstock/protocol/units";

/** A configuration that ran, runs or may run again: whole, as it was written, and who wanted it. */
export interface Revision {
  readonly number: number;
  readonly text: string;
  readonly sha256: string;
  readonly by: string;
  readonly reason: string;
  readonly appliedMs: UtcMs;
  /** `pending` runs until it is confirmed or its time is over. */
  readonly state: "pending" | "confirmed" | "reverted";
}

/** All that a site remembers about its configuration. Plain data, one fact in the store. */
export interface ConfigBook {
  readonly revisions: readonly Revision[];
  /** The number of the one that runs. */
  readonly running: number;
  readonly pending: Pending | undefined;
  /** Of the file the process was started with: a file somebody has edited since is a new revision. */
  readonly fileSha256: string;
  /** The last capability hash that was announced. */
  readonly capability: string | undefined;
}

export interface Pending {
  readonly revertsTo: number;
  readonly withinMs: Ms;
  /** A label for people; what counts is the monotonic clock of the process that applied it. */
  readonly untilMs: UtcMs;
}

export type ConfigBookError = CodedError & {
  readonly code: "config.nothing-pending" | "config.still-pending" | "config.no-revision" | "config.same";
};

export interface Change {
  readonly text: string;
  readonly by: string;
  readonly reason: string;
  readonly nowMs: UtcMs;
  readonly confirmWithinMs: Ms | undefined;
}

/** What a new process begins with: what ran before, unless it was never confirmed or the file has been edited. */
export function bookAtStart(held: ConfigBook | undefined, fileText: string, nowMs: UtcMs): ConfigBook {
  const fileSha256 = sha256Of(fileText);
  if (held === undefined) {
    const seed = revision(1, { text: fileText, by: "file", reason: "the first", nowMs, confirmWithinMs: undefined });
    return { revisions: [seed], running: 1, pending: undefined, fileSha256, capability: undefined };
  }
  const settled = held.pending === undefined ? held : reverted(held, held.pending);
  if (settled.fileSha256 === fileSha256) return settled;
  const change = { text: fileText, by: "file", reason: "the file was changed", nowMs, confirmWithinMs: undefined };
  return { ...added(settled, change), fileSha256 };
}

/** A new configuration runs from now on; with `confirmWithinMs` only until then, unless it is confirmed. */
export function applied(book: ConfigBook, change: Change): Result<ConfigBook, ConfigBookError> {
  if (book.pending !== undefined) return fail({ code: "config.still-pending", untilMs: book.pending.untilMs });
  if (runningOf(book).sha256 === sha256Of(change.text)) return fail({ code: "config.same", revision: book.running });
  return ok(added(book, change));
}

export function confirmed(book: ConfigBook): Result<ConfigBook, ConfigBookError> {
  if (book.pending === undefined) return fail({ code: "config.nothing-pending" });
  return ok({ ...withState(book, book.running, "confirmed"), pending: undefined });
}

/** Nobody confirmed: back to what ran before. */
export function reverted(book: ConfigBook, { revertsTo }: Pending): ConfigBook {
  return { ...withState(book, book.running, "reverted"), running: revertsTo, pending: undefined };
}

export function revisionOf(book: ConfigBook, number: number): Result<Revision, ConfigBookError> {
  const found = book.revisions.find((one) => one.number === number);
  const known = book.revisions.map((one) => one.number);
  return found === undefined ? fail({ code: "config.no-revision", revision: number, known }) : ok(found);
}

export function runningOf(book: ConfigBook): Revision {
  const running = revisionOf(book, book.running);
  if (!running.ok) throw new Error("the running revision is in the book");
  return running.value;
}

/** What ran before the running one and was confirmed: where a roll-back goes unless told otherwise. */
export const revisionBefore = (book: {
  readonly revisions: readonly Pick<Revision, "number" | "state">[];
  readonly running: number;
}): number | undefined =>
  book.revisions.findLast(({ number, state }) => number < book.running && state === "confirmed")?.number;

export const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Undefined when the fact is none of ours. */
export function bookFromFact(fact: unknown): ConfigBook | undefined {
  const book = fact as Partial<ConfigBook> | null | undefined;
  if (typeof book !== "object" || book === null || !Array.isArray(book.revisions)) return undefined;
  return book.revisions.some(({ number }: Revision) => number === book.running) ? (book as ConfigBook) : undefined;
}

const HISTORY_MAX = 30;

function added(book: ConfigBook, change: Change): ConfigBook {
  const number = Math.max(...book.revisions.map((one) => one.number)) + 1;
  const { confirmWithinMs: withinMs, nowMs } = change;
  const pending =
    withinMs === undefined ? undefined : { revertsTo: book.running, withinMs, untilMs: (nowMs + withinMs) as UtcMs };
  const kept = [...book.revisions, revision(number, change)];
  // The oldest go, but never the one to go back to.
  const dropped = kept.length > HISTORY_MAX ? kept.find((one) => one.number !== book.running) : undefined;
  return { ...book, revisions: kept.filter((one) => one !== dropped), running: number, pending };
}

const revision = (number: number, { text, by, reason, nowMs, confirmWithinMs }: Change): Revision => ({
  number,
  text,
  sha256: sha256Of(text),
  by,
  reason,
  appliedMs: nowMs,
  state: confirmWithinMs === undefined ? "confirmed" : "pending",
});

const withState = (book: ConfigBook, number: number, state: Revision["state"]): ConfigBook => ({
  ...book,
  revisions: book.revisions.map((one) => (one.number === number ? { ...one, state } : one)),
});
