import { type Paint, wrap } from "./words.ts";

const width = 80;

/** What somebody should look at, after an empty line; nothing when there is nothing. */
export const alarmLines = (
  alarms: readonly { readonly code: string; readonly text: string }[],
  paint: Paint,
): string[] =>
  alarms.length === 0
    ? []
    : ["", ...alarms.flatMap(({ code, text }) => wrap(paint.alarm(`! ${code}: ${text}`), width, "    "))];
