import type { SiteRequest } from "./ask-site.ts";
import type { CommandContext } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Look } from "./look.ts";

/**
 * The commonest command: one question, its report printed for a person or as `--json`, and an exit code: 0
 * unless `judge` finds otherwise.
 */
export async function showReport<Report>(
  context: CommandContext,
  request: SiteRequest,
  print: (report: Report, look: Look) => readonly string[],
  judge: (report: Report) => number = () => exitCodes.ok,
): Promise<number> {
  const asked = await context.ask(request);
  if (!asked.ok) return asked.exitCode;
  const report = asked.report as Report;
  if (context.options.json) context.printJson(report);
  else context.print(print(report, context.look));
  return judge(report);
}
