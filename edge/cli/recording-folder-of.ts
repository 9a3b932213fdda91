import type { CommandContext, OptionSpec } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

export const folderOption: Readonly<Record<string, OptionSpec>> = {
  folder: { value: "DIR", text: "recordings of a site that is not running here" },
};

/** Where the recordings lie: `--folder`, else where the running site says. A failure has been said. */
export async function recordingFolderOf(
  context: CommandContext,
): Promise<{ readonly folder: string } | { readonly exitCode: number }> {
  const given = context.options.text("folder");
  if (given !== undefined) return { folder: given };
  const asked = await context.ask({ op: "recordings" });
  if (!asked.ok) return asked;
  const folder = asked.report["folder"];
  if (typeof folder === "string") return { folder };
  context.say("this site keeps no recordings: recorder.budgetMB in its configuration is 0");
  return { exitCode: exitCodes.refused };
}
