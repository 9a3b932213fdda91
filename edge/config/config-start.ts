import type { Result } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { Ms, seconds, type UtcMs } from "@penstock/protocol/units";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { EdgeStore } from "../store/edge-store.ts";
import { bookAtStart, bookFromFact, type ConfigBook, runningOf } from "./config-book.ts";
import { lostEvent, revertedEvent, unreadableEvent } from "./config-events.ts";
import type { SiteConfig } from "./site-config.ts";

/** What a process begins with, and what is to be said of it. */
export interface OpenedBook {
  /** Undefined where what the disk says cannot run: then the file's own goes on, and no other can be applied. */
  readonly found: { readonly book: ConfigBook; readonly config: SiteConfig } | undefined;
  readonly told: readonly Omit<EdgeEvent, "timeMs">[];
}

/** The book on disk as a new process takes it up. Pure. */
export function openBook(
  fact: unknown,
  fileText: string,
  nowMs: UtcMs,
  parse: (text: string) => Result<SiteConfig>,
): OpenedBook {
  const held = bookFromFact(fact);
  const book = bookAtStart(held, fileText, nowMs);
  const parsed = parse(runningOf(book).text);
  if (!parsed.ok) return { found: undefined, told: [unreadableEvent(parsed.error)] };
  return {
    found: { book, config: parsed.value },
    told: [
      ...(held?.pending === undefined ? [] : [revertedEvent(held, "the process ended before it was confirmed")]),
      ...(fact !== undefined && held === undefined ? [lostEvent] : []),
    ],
  };
}

/**
 * Asks the store for a fact until it answers, after pauses that double from one second to a minute. `onFailure` is told of
 * every attempt that failed.
 */
export function askUntilAnswered(
  { store, clock }: { readonly store: EdgeStore; readonly clock: Clock },
  key: string,
  onAnswer: (fact: unknown) => void,
  onFailure: () => void,
  againAfterMs: Ms = AGAIN_AFTER_MS_MIN,
): void {
  store.load((loaded) => {
    if (loaded.ok) {
      onAnswer(loaded.value.facts[key]);
      return;
    }
    onFailure();
    const laterMs = Ms(Math.min(2 * againAfterMs, AGAIN_AFTER_MS_MAX));
    clock.after(againAfterMs, () => askUntilAnswered({ store, clock }, key, onAnswer, onFailure, laterMs));
  });
}

const AGAIN_AFTER_MS_MIN = seconds(1);
const AGAIN_AFTER_MS_MAX = seconds(60);
