import { createHash } from "node:crypto";
import { type CodedError, fail, type Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import type { Clock, Interval } from "@penstock/protocol/time";
import { type Ms, seconds } from "@penstock/protocol/units";
import type {
  DispatchResults,
  MarketOperator,
  ReserveResults,
  SubmissionReceipt,
  SubmissionRefusal,
} from "../desk/market-operator.ts";

/** A line to an operator: each call answers once, and says so when nobody answered. */
export interface OperatorLine {
  submit(bidFile: string, key: string, done: (answer: LineAnswer<SubmissionReceipt, SubmissionRefusal>) => void): void;
  results(interval: Interval, done: (answer: LineAnswer<DispatchResults, CodedError>) => void): void;
  reserveResults?(block: Interval, done: (answer: LineAnswer<ReserveResults, CodedError>) => void): void;
}

/** `lost`: whether the operator heard us is not known. */
export type LineAnswer<T, E extends CodedError> = Result<T, E> | { readonly ok: "lost"; readonly cause: string };

export interface RetryingOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly line: OperatorLine;
  /** After this long a submission is given up: its gate has closed by then. Wall time. */
  readonly giveUpAfterMs: Ms;
  readonly onEvent?: (event: SubmissionEvent) => void;
}

/** What became of a submission on its way, for the journal. */
export interface SubmissionEvent {
  readonly code: "submission.retried" | "submission.answered-late" | "submission.given-up";
  readonly key: string;
  readonly attempts: number;
  readonly cause?: string;
}

const FIRST_PAUSE_MS = 250;
const PAUSE_MS_MAX = seconds(8);

/**
 * Hands a file in until somebody has answered: the same file under the same key, with pauses that double up to eight
 * seconds and are spread by chance, so that a desk of many units does not knock all at once. Given up, the answer is
 * `operator.unreachable`: the desk then knows only that it does not know, and says so.
 */
export class RetryingOperator implements MarketOperator {
  readonly #options: RetryingOptions;

  constructor(options: RetryingOptions) {
    this.#options = options;
  }

  submit(bidFile: string, done: (answer: Result<SubmissionReceipt, SubmissionRefusal>) => void): void {
    const { clock, line, giveUpAfterMs } = this.#options;
    const key = createHash("sha256").update(bidFile).digest("hex");
    const startedMs = clock.monotonicMs();
    let attempts = 0;
    const attempt = (): void => {
      attempts++;
      line.submit(bidFile, key, (answer) => {
        if (answer.ok !== "lost") {
          if (attempts > 1) this.#tell({ code: "submission.answered-late", key, attempts });
          return done(answer);
        }
        const pauseMs = this.#pauseMs(attempts);
        if (clock.monotonicMs() + pauseMs - startedMs > giveUpAfterMs) {
          this.#tell({ code: "submission.given-up", key, attempts, cause: answer.cause });
          return done(fail({ code: "operator.unreachable", violations: [], attempts, cause: answer.cause }));
        }
        this.#tell({ code: "submission.retried", key, attempts, cause: answer.cause });
        clock.after(pauseMs, attempt);
      });
    };
    attempt();
  }

  /** Not repeated here: the desk asks again by itself until the interval is over. */
  results(interval: Interval, done: (answer: Result<DispatchResults, CodedError>) => void): void {
    this.#options.line.results(interval, (answer) => {
      // A lost question is as good as one asked too early.
      done(answer.ok === "lost" ? fail({ code: "operator.not-cleared", cause: answer.cause }) : answer);
    });
  }

  reserveResults(block: Interval, done: (answer: Result<ReserveResults, CodedError>) => void): void {
    const { line } = this.#options;
    if (line.reserveResults === undefined) done(fail({ code: "operator.no-such-auction" }));
    else {
      line.reserveResults(block, (answer) => {
        done(answer.ok === "lost" ? fail({ code: "operator.not-cleared", cause: answer.cause }) : answer);
      });
    }
  }

  #pauseMs(attempts: number): Ms {
    const fullMs = Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** (attempts - 1));
    return this.#options.rng.between(fullMs / 2, fullMs) as Ms;
  }

  #tell(event: SubmissionEvent): void {
    this.#options.onEvent?.(event);
  }
}
