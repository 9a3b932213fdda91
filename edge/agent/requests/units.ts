import { readingFields } from "../reading-fields.ts";
import type { OperatorRequest } from "./request.ts";

/** Every reading of every unit with its quality, its age and, where it is bad, the cause. */
export const units: OperatorRequest<object> = {
  op: "units",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { config, view }, answer) => {
    const { site, siteId, nowMs } = view();
    answer({
      version: 1,
      site: siteId,
      timeMs: nowMs,
      units: (site?.image.units ?? []).map(({ id, rating, ...readings }, index) => ({
        id,
        rating,
        revertAfterMs: config.units[index]?.revertAfterMs ?? null,
        safePowerW: config.units[index]?.safePowerW ?? null,
        ...readingFields(readings),
      })),
    });
  },
};
