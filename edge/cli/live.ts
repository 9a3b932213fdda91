import type { CommandContext } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

export interface LiveOptions {
  /** One screen, or a failure that has been said. */
  readonly frame: () => Promise<Frame>;
  readonly everyMs: number;
}

export type Frame =
  | { readonly ok: true; readonly lines: readonly string[]; readonly json: unknown }
  | { readonly ok: false; readonly exitCode: number };

/**
 * The same screen again and again, `--count` times or until Ctrl-C. On a terminal it is redrawn in place and cut
 * to its height; in a pipe each frame follows the one before; with `--json` one object a line.
 */
export async function live(context: CommandContext, { frame, everyMs }: LiveOptions): Promise<number> {
  const count = context.options.number("count") ?? Number.POSITIVE_INFINITY;
  if (!(count >= 1)) return context.usage("--count must be a whole number above 0");
  const { options, look } = context;
  const redraws = look.redraws && !options.json;
  let isFirst = true;
  for (let done = 1; ; done++) {
    const next = await frame();
    if (!next.ok) return next.exitCode;
    if (options.json) context.printJson(next.json);
    else if (redraws) draw(next.lines, look.rows, isFirst);
    else context.print(next.lines);
    isFirst = false;
    if (done >= count) return exitCodes.ok;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Overwrites line by line and clears what is left, so that nothing flickers. */
function draw(lines: readonly string[], rows: number, isFirst: boolean): void {
  const room = Math.max(1, rows - 1);
  const shown = lines.length > room ? [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`] : lines;
  const start = isFirst ? "\u001b[2J\u001b[H" : "\u001b[H";
  process.stdout.write(`${start}${shown.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
}
