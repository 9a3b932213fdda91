import type { CodedError, Result } from "@penstock/protocol/result";
import type { StatusReport } from "../agent/site-report.ts";
import type { DevicesReport } from "../cli/devices-report.ts";

/** What a step may do: ask the running agent, wait, and say how far it is. */
export interface SiteAccess {
  readonly by: string;
  ask(
    request: { readonly op: string } & Readonly<Record<string, unknown>>,
  ): Promise<Result<Record<string, unknown>, CodedError>>;
  waitMs(durationMs: number): Promise<void>;
  nowMs(): number;
  say(line: string): void;
}

/** One thing to prove. */
export interface CommissioningStep {
  readonly name: string;
  /** What it proves, one clause. */
  readonly title: string;
  /** The batteries move: asks before. */
  readonly movesPower: boolean;
  run(site: SiteAccess): Promise<Result<StepFindings, CodedError>>;
}

export interface StepFindings {
  /** What is not as it should be; none: passed. */
  readonly wrong: readonly string[];
  /** What was found to be right. */
  readonly right: readonly string[];
  readonly measured: Readonly<Record<string, unknown>>;
}

export const statusOf = (report: Record<string, unknown>): StatusReport => report as StatusReport;
export const devicesOf = (report: Record<string, unknown>): DevicesReport["devices"] =>
  (report as unknown as DevicesReport).devices;
