import type { SiteRequest } from "./ask-site.ts";
import type { CommandContext } from "./command.ts";
import { showReport } from "./show-report.ts";

/** A change with its reason. Answers in one line whether it is in force, and whether a restart would remember it. */
export function change(context: CommandContext, request: SiteRequest): Promise<number> {
  return showReport<{ site: string; done: string; stored: boolean }>(context, request, ({ site, done, stored }) => [
    stored
      ? `${site}: ${done} is in force`
      : `${site}: ${done} is in force, but NOT on disk: a restart would forget it`,
  ]);
}

export const needsReason = "--reason TEXT is needed: it goes into the audit log";

/** Watts from megawatts; null when nothing was said, undefined when it is no number. */
export function wattsOf(context: CommandContext, option: string): number | null | undefined {
  const megawatts = context.options.number(option);
  return typeof megawatts === "number" ? megawatts * 1e6 : megawatts;
}
