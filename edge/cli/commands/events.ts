import type { EventsReport } from "../../agent/site-report.ts";
import { type Command, limitOption } from "../command.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { durationMs, timeOf, wrap } from "../words.ts";

export const command: Command = {
  usage: "[--limit N] [--code GLOB] [--since 2h]",
  help: "What each code means: sitectl explain CODE.",
  examples: [
    ["sitectl events --limit 100"],
    ["sitectl events --since 2h --code 'device.*'", "what the devices did lately"],
  ],
  options: {
    ...limitOption,
    code: { value: "GLOB", text: "only codes like this, device.*" },
    since: { value: "TIME", text: "only the last 90s, 15m, 2h or 3d" },
  },
  run: async (context) => {
    const limit = context.options.number("limit") ?? 20;
    if (!Number.isInteger(limit) || limit < 1) return context.usage("--limit must be a whole number above 0");
    const since = context.options.text("since");
    const sinceMs = since === undefined ? undefined : durationMs(since);
    if (since !== undefined && sinceMs === undefined) return context.usage("--since must be like 90s, 15m, 2h or 3d");
    const request = { op: "events", limit, code: context.options.text("code") ?? null, lastMs: sinceMs ?? null };
    return showReport<EventsReport>(context, request, eventLines);
  },
};

const width = 80;

const eventLines = ({ site, events }: EventsReport, { paint }: Look): string[] =>
  events.length === 0
    ? [`${site}: nothing has happened since the agent started`]
    : events.flatMap(({ timeMs, level, code, text }) =>
        wrap(
          `${timeOf(timeMs)} ${level === "alarm" ? paint.alarm(level) : level} ${code}: ${text}`,
          width,
          "         ",
        ),
      );
