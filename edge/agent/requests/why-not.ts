import { W } from "@penstock/protocol/units";
import { isPower, type OperatorRequest, refusal } from "./request.ts";

/** What stands between the site and a power, + discharge: each limit that would cut it, the tightest first. */
export const whyNot: OperatorRequest<{ powerW: number }> = {
  op: "why-not",
  role: "viewer",
  parse: ({ powerW }) => (isPower(powerW) ? { powerW } : undefined),
  answer: ({ powerW }, { askLoop, view }, answer) =>
    askLoop({ about: "why-not", powerW: W(powerW) }, (result) => {
      if (!result.ok) answer(refusal(result.error));
      else answer({ version: 1, site: view().siteId, ...result.value });
    }),
};
