import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Clock, Timer } from "@penstock/protocol/time";
import { type Ms, seconds } from "@penstock/protocol/units";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { EdgeStore } from "../store/edge-store.ts";
import { canonicalJson, capabilityHash } from "./capability-hash.ts";
import {
  applied,
  type Change,
  type ConfigBook,
  confirmed,
  type Revision,
  reverted,
  revisionBefore,
  revisionOf,
  runningOf,
  sha256Of,
} from "./config-book.ts";
import { configDiff } from "./config-diff.ts";
import { capabilityEvent, lateEvent, revertedEvent } from "./config-events.ts";
import type { ConfigStatus, Proposal } from "./config-report.ts";
import { askUntilAnswered, openBook } from "./config-start.ts";
import type { ReadText } from "./device-maps.ts";
import { fixedField } from "./fixed-field.ts";
import { parseSiteConfig } from "./load-site-config.ts";
import type { SiteConfig } from "./site-config.ts";

export interface ConfigDeskOptions {
  readonly clock: Clock;
  readonly store: EdgeStore;
  /** What the process was started with: text, the file's name for messages, the folder its relative paths count from. */
  readonly source: {
    readonly text: string;
    readonly file: string;
    readonly folder: string;
    /** The device maps that a text names; without it a text that names one is refused. */
    readonly readText?: ReadText;
  };
  /** Lets the site run on another configuration. Called after whoever asked for it has been answered. */
  readonly switchTo: (config: SiteConfig) => void;
  readonly tell: (event: Omit<EdgeEvent, "timeMs">) => void;
}

/**
 * Keeps the site's configuration: which revision runs, which ran, and the one that goes back by itself. Everything is on
 * disk before it runs; a process that ends while a revision waits for its confirmation comes back with the one before.
 */
export class ConfigDesk {
  readonly #options: ConfigDeskOptions;
  readonly #fallback: SiteConfig;
  #running: SiteConfig;
  /** Undefined until the store has answered: till then the file's own configuration runs and none can be applied. */
  #book: ConfigBook | undefined;
  #revertTimer: Timer | undefined;

  /** `config` is the source's own, already validated. */
  constructor(options: ConfigDeskOptions, config: SiteConfig) {
    this.#options = options;
    this.#fallback = config;
    this.#running = config;
  }

  get running(): SiteConfig {
    return this.#running;
  }

  status(): ConfigStatus {
    const book = this.#book;
    const pending = book?.pending;
    return {
      revision: book?.running ?? null,
      sha256: book === undefined ? null : runningOf(book).sha256,
      capability: capabilityHash(this.#running),
      pending: pending === undefined ? null : { revertsTo: pending.revertsTo, untilMs: pending.untilMs },
    };
  }

  /**
   * Answers with what the site is to run on: after the store has answered, failed, or kept silent for too long. When it
   * answers only then, what ran before runs from then on.
   */
  start(done: (config: SiteConfig) => void): void {
    const { clock, store, source, tell } = this.#options;
    let isDone = false;
    const once = () => {
      if (!isDone) done(this.#running);
      isDone = true;
    };
    clock.after(LOAD_PATIENCE_MS, once);
    const open = (fact: unknown) => {
      const { found, told } = openBook(fact, source.text, clock.nowMs(), (text) => this.#parse(text));
      for (const event of told) tell(event);
      if (found !== undefined) this.#takeUp(found.book, found.config, isDone);
      once();
    };
    askUntilAnswered({ store, clock }, FACT, open, once);
  }

  #takeUp(book: ConfigBook, config: SiteConfig, isLate: boolean): void {
    const isAnother = runningOf(book).sha256 !== sha256Of(this.#options.source.text);
    this.#keep(book, () => {});
    if (isLate) this.#options.tell(lateEvent(book, isAnother));
    if (isLate && isAnother) {
      this.#switch(config, () => {});
      return;
    }
    this.#running = config;
    this.#announceCapability();
  }

  history(): readonly Revision[] {
    return this.#book?.revisions ?? [];
  }

  /** The running one unless another is asked for. */
  show(number: number | undefined): Result<Revision> {
    if (this.#book === undefined) return fail(NO_STORE);
    return number === undefined ? ok(runningOf(this.#book)) : revisionOf(this.#book, number);
  }

  /** What a text would change. Errors: those of {@link parseSiteConfig}, `config.fixed-field`. */
  propose(text: string): Result<Proposal> {
    const parsed = this.#accept(text);
    if (!parsed.ok) return parsed;
    return ok({
      changes: configDiff(this.#runningText(), text),
      capabilityBefore: capabilityHash(this.#running),
      capabilityAfter: capabilityHash(parsed.value),
      meaningSha256: sha256Of(canonicalJson(parsed.value)),
    });
  }

  apply(change: Omit<Change, "nowMs">, done: (result: Result<ConfigStatus>) => void): void {
    const parsed = this.#accept(change.text);
    if (!parsed.ok) {
      done(parsed);
      return;
    }
    if (this.#book === undefined) {
      done(fail(NO_STORE));
      return;
    }
    const next = applied(this.#book, { ...change, nowMs: this.#options.clock.nowMs() });
    if (!next.ok) {
      done(next);
      return;
    }
    this.#keep(next.value, (kept) => {
      if (!kept.ok) return done(kept);
      this.#armRevert(change.confirmWithinMs);
      const { by, reason } = change;
      this.#tell("config.applied", `revision ${next.value.running} runs: ${reason}`, { by, reason });
      this.#switch(parsed.value, () => done(ok(this.status())));
    });
  }

  confirm(by: string, done: (result: Result<ConfigStatus>) => void): void {
    if (this.#book === undefined) {
      done(fail(NO_STORE));
      return;
    }
    const next = confirmed(this.#book);
    if (!next.ok) {
      done(next);
      return;
    }
    this.#keep(next.value, (kept) => {
      if (!kept.ok) return done(kept);
      this.#revertTimer?.cancel();
      this.#tell("config.confirmed", `revision ${next.value.running} stays`, { by });
      done(ok(this.status()));
    });
  }

  /** Back to an earlier revision, the confirmed one before unless told; it becomes a new revision of the same text. */
  rollback(
    change: Omit<Change, "nowMs" | "text"> & { readonly to: number | undefined },
    done: (result: Result<ConfigStatus>) => void,
  ): void {
    const book = this.#book;
    if (book === undefined) {
      done(fail(NO_STORE));
      return;
    }
    if (book.pending !== undefined && change.to === undefined) {
      this.#revert(`${change.by}: ${change.reason}`, done);
      return;
    }
    const to = change.to ?? revisionBefore(book);
    if (to === undefined) {
      done(fail({ code: "config.no-revision", revision: "before this one" }));
      return;
    }
    const target = revisionOf(book, to);
    if (!target.ok) {
      done(target);
      return;
    }
    const { by, reason, confirmWithinMs } = change;
    this.apply({ text: target.value.text, by, reason: `back to revision ${to}: ${reason}`, confirmWithinMs }, done);
  }

  /** What a rollback would run on; undefined where it only ends a change that waits to be confirmed, or there is none. */
  rollbackTarget(to: number | undefined): Revision | undefined {
    const book = this.#book;
    if (book === undefined || (book.pending !== undefined && to === undefined)) return undefined;
    const number = to ?? revisionBefore(book);
    const target = number === undefined ? undefined : revisionOf(book, number);
    return target?.ok ? target.value : undefined;
  }

  #armRevert(withinMs: Ms | undefined): void {
    this.#revertTimer?.cancel();
    if (withinMs === undefined) return;
    this.#revertTimer = this.#options.clock.after(withinMs, () =>
      this.#revert("nobody confirmed it in time", () => {}),
    );
  }

  /** Acts first and remembers second: a disk that fails now must not keep a configuration that was never confirmed. */
  #revert(why: string, done: (result: Result<ConfigStatus>) => void): void {
    const book = this.#book;
    if (book?.pending === undefined) {
      done(fail({ code: "config.nothing-pending" }));
      return;
    }
    this.#revertTimer?.cancel();
    const next = reverted(book, book.pending);
    this.#book = next;
    const parsed = this.#parse(runningOf(next).text);
    this.#options.tell(revertedEvent(book, why));
    this.#keep(next, () => {});
    this.#switch(parsed.ok ? parsed.value : this.#fallback, () => done(ok(this.status())));
  }

  #switch(config: SiteConfig, answer: () => void): void {
    this.#running = config;
    answer();
    this.#options.switchTo(config);
    this.#announceCapability();
  }

  /** A change of what the site can do is said, once, whatever it came from. */
  #announceCapability(): void {
    const book = this.#book;
    const capability = capabilityHash(this.#running);
    if (book === undefined || book.capability === capability) return;
    if (book.capability !== undefined) this.#options.tell(capabilityEvent(book, capability));
    this.#keep({ ...book, capability }, () => {});
  }

  #keep(book: ConfigBook, done: (result: Result<void>) => void): void {
    const before = this.#book;
    this.#book = book;
    this.#options.store.put(FACT, book, (result) => {
      if (!result.ok && this.#book === book) this.#book = before;
      done(result);
    });
  }

  #accept(text: string): Result<SiteConfig> {
    const parsed = this.#parse(text);
    if (!parsed.ok) return parsed;
    const field = fixedField(this.#running, parsed.value);
    if (field === undefined) return parsed;
    return fail({ code: "config.fixed-field", field, remedy: "change it in the file and start the agent again" });
  }

  #parse(text: string): Result<SiteConfig> {
    return parseSiteConfig(text, this.#options.source);
  }

  #runningText(): string {
    return this.#book === undefined ? this.#options.source.text : runningOf(this.#book).text;
  }

  #tell(code: string, text: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.tell({ code, level: "info", text, facts: { ...facts, ...this.status() } });
  }
}

const FACT = "config";
const LOAD_PATIENCE_MS = seconds(3);
const NO_STORE: CodedError = { code: "config.no-store", remedy: "without its store the site runs on its file" };
