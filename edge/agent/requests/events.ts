import { eventsReport } from "../site-report.ts";
import { type OperatorRequest, parseLimit } from "./request.ts";

/** The newest `limit` of the events in memory, oldest first; of one kind (`device.*`), and of the last `lastMs`, when asked. */
export const events: OperatorRequest<{ limit: number; code: string | null; lastMs: number | null }> = {
  op: "events",
  role: "viewer",

  parse({ limit: asked, code = null, lastMs = null }) {
    const limit = parseLimit(asked);
    if (limit === undefined || !isGlob(code)) return undefined;
    return lastMs === null || typeof lastMs === "number" ? { limit, code, lastMs } : undefined;
  },

  answer({ limit, code, lastMs }, { events, view }, answer) {
    const { nowMs, siteId } = view();
    const fits = code === null ? () => true : matcher(code);
    const chosen = events().filter((event) => fits(event.code) && (lastMs === null || event.timeMs >= nowMs - lastMs));
    answer(eventsReport(siteId, chosen.slice(-limit)));
  },
};

const isGlob = (value: unknown): value is string | null =>
  value === null || (typeof value === "string" && /^[a-zA-Z0-9.*-]{1,80}$/.test(value));

/** `*` stands for anything. */
function matcher(glob: string): (code: string) => boolean {
  const pattern = new RegExp(
    `^${glob
      .split("*")
      .map((part) => part.replaceAll(".", "\\."))
      .join(".*")}$`,
  );
  return (code) => pattern.test(code);
}
