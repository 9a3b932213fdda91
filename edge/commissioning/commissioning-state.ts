import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";

/** What one step found. `failed` is a finding about the site, not about us: it stands in the report. */
export interface StepResult {
  readonly step: string;
  readonly verdict: "passed" | "failed";
  readonly timeMs: number;
  readonly by: string;
  /** One sentence each, measured figures with their units. */
  readonly findings: readonly string[];
  readonly measured: Readonly<Record<string, unknown>>;
}

/** A commissioning under way: kept in a file after every step, so that it goes on where it stopped. */
export interface CommissioningState {
  readonly version: 1;
  readonly site: string;
  readonly startedMs: number;
  readonly results: readonly StepResult[];
}

/** The last result of a step, if it was ever run. */
export const resultOf = ({ results }: CommissioningState, step: string): StepResult | undefined =>
  results.findLast((result) => result.step === step);

/** Errors: `commissioning.unreadable`, `commissioning.another-site`. A file that is not there is a beginning. */
export function loadState(file: string, site: string, nowMs: number): Result<CommissioningState, CodedError> {
  if (!existsSync(file)) return ok({ version: 1, site, startedMs: nowMs, results: [] });
  let state: CommissioningState;
  try {
    state = JSON.parse(readFileSync(file, "utf8")) as CommissioningState;
  } catch {
    return fail({ code: "commissioning.unreadable", file });
  }
  if (state.version !== 1 || !Array.isArray(state.results)) return fail({ code: "commissioning.unreadable", file });
  return state.site === site ? ok(state) : fail({ code: "commissioning.another-site", file, site: state.site });
}

/** Whole or not at all: a file half written is a commissioning lost. */
export function saveState(file: string, state: CommissioningState): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
