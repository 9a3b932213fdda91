import { between, narrow, plusMinus } from "../interval.ts";
import { inWords } from "../words.ts";
import { paced, type SiteLimit } from "./limit.ts";

/**
 * Export and import at the point of connection, less a margin and whatever the rest of the site puts there.
 * With a fresh meter it applies at once: the battery only undoes what the rest of the site has just done. Without
 * one the last known worst case holds, and never more than `withoutMeterW` either way.
 */
export const gridConnection: SiteLimit = {
  name: "grid-connection",
  rank: "site",

  interval(_image, { config: { connection }, rest }) {
    const withoutMeter = plusMinus(connection.withoutMeterW);
    if (rest.basis === "unknown") return paced(withoutMeter, "ramped");
    const withMeter = between(
      connection.marginW - connection.importWMax - rest.restWMin,
      connection.exportWMax - connection.marginW - rest.restWMax,
    );
    return rest.basis === "measured" ? paced(withMeter, "at-once") : paced(narrow(withoutMeter, withMeter), "ramped");
  },

  text(_image, { config: { connection }, rest }) {
    if (rest.basis !== "measured") {
      const last = rest.basis === "unknown" ? "it was never read" : "with the last known rest of the site";
      return `the meter cannot be trusted (${last}): at most ${inWords(connection.withoutMeterW)} either way`;
    }
    const margin = connection.marginW > 0 ? ` with a margin of ${inWords(connection.marginW)}` : "";
    const limits = `export limit ${inWords(connection.exportWMax)}, import limit ${inWords(connection.importWMax)}`;
    return `${limits}${margin}, less ${restInWords(rest.restWMin, rest.restWMax)} from the rest of the site`;
  },
};

const restInWords = (minW: number, maxW: number): string =>
  maxW - minW < 1_000 ? inWords(maxW) : `${inWords(minW)} to ${inWords(maxW)}`;
