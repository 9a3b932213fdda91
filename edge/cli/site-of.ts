import type { CommandContext } from "./command.ts";

/** The name of the site that is meant, from its own mouth. */
export async function siteOf(
  context: CommandContext,
): Promise<{ readonly ok: true; readonly name: string } | { readonly ok: false; readonly exitCode: number }> {
  const asked = await context.ask({ op: "status" });
  return asked.ok ? { ok: true, name: String(asked.report["site"]) } : asked;
}
