import { between } from "../interval.ts";
import { inWords } from "../words.ts";
import { paced, type SiteLimit } from "./limit.ts";

/**
 * The cable and transformer between the batteries and the site's bus, where they are weaker than the connection. Units
 * that are lost still use it, and may stop doing so in the next moment: both must be safe.
 */
export const batteryFeeder: SiteLimit = {
  name: "battery-feeder",
  rank: "site",

  interval(_image, { config: { feeder }, rest: { lostWMin, lostWMax } }) {
    if (feeder === undefined) return undefined;
    return paced(between(-feeder.importWMax - lostWMin, feeder.exportWMax - lostWMax), "at-once");
  },

  text(_image, { config: { feeder }, rest: { lostWMin, lostWMax } }) {
    if (feeder === undefined) return "the batteries have no feeder of their own";
    const lost =
      lostWMin === 0 && lostWMax === 0
        ? ""
        : `, of which lost units may use ${inWords(lostWMin)} to ${inWords(lostWMax)}`;
    return `the batteries' feeder carries ${inWords(feeder.exportWMax)} out and ${inWords(feeder.importWMax)} in${lost}`;
  },
};
