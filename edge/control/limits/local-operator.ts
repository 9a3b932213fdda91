import { inWords } from "../words.ts";
import { paced, type SiteLimit } from "./limit.ts";

/** Latched by a person at the site. The cloud cannot clear it. */
export const localOperator: SiteLimit = {
  name: "local-operator",
  rank: "local-operator",

  interval: (_image, { latches: { localLimitW } }) =>
    localLimitW === undefined ? undefined : paced(localLimitW, "ramped"),

  text: (_image, { latches: { localLimitW } }) =>
    localLimitW === undefined
      ? "no limit is latched"
      : `${localLimitW.by} allows ${inWords(localLimitW.powerWMin)} to ${inWords(localLimitW.powerWMax)}: ${localLimitW.reason}`,
};
