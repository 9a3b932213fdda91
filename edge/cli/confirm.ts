import { createInterface } from "node:readline/promises";
import type { CommandContext } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

export interface Change {
  readonly site: string;
  /** What is so, and what will be: `now` and `after` are one clause each. */
  readonly now: string;
  readonly after: string;
  /** What that means for the batteries: "the batteries may move again". */
  readonly effect: string;
}

/**
 * What gives a site more room than it has now asks for the site's name, typed at a terminal or given with
 * `--confirm` from a script. Without either nothing is done, and what would be done is said: a dry run.
 * Exit code 0: go on.
 */
export async function confirm(context: CommandContext, { site, now, after, effect }: Change): Promise<number> {
  const given = context.options.text("confirm");
  context.say(`now    ${now}`);
  context.say(`after  ${after}`);
  if (given === site) return exitCodes.ok;
  if (given !== undefined || !process.stdin.isTTY) {
    context.say(`nothing was changed: ${effect}. To confirm add --confirm ${site}`);
    return exitCodes.confirmationNeeded;
  }
  context.say(`${site}: ${effect}`);
  const typed = await askLine("Type the site's name to go on: ");
  if (typed.trim() === site) return exitCodes.ok;
  context.say("nothing was changed");
  return exitCodes.confirmationNeeded;
}

/** One line from the person at the terminal. */
export async function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
