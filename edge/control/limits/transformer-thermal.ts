import { between, plusMinus, zeroOnly } from "../interval.ts";
import { derating, temperatureInWords } from "./derating.ts";
import { paced, type SiteLimit } from "./limit.ts";

/** A hot transformer carries less than the connection's limits. Unknown temperature: the battery adds nothing to its load. */
export const transformerThermal: SiteLimit = {
  name: "transformer-thermal",
  rank: "site",

  interval({ plant }, { config: { connection, transformer }, rest }) {
    if (transformer === undefined || plant === undefined) return undefined;
    if (plant.transformerTemperatureC.quality === "missing") return paced(zeroOnly, "ramped");
    const factor = derating(plant.transformerTemperatureC, transformer);
    if (factor === 1) return undefined;
    if (rest.basis === "unknown") return paced(plusMinus(factor * connection.withoutMeterW), "ramped");
    return paced(
      between(-factor * connection.importWMax - rest.restWMin, factor * connection.exportWMax - rest.restWMax),
      "ramped",
    );
  },

  text: ({ plant }, { config: { transformer } }) =>
    plant === undefined || transformer === undefined
      ? "no transformer is configured"
      : `transformer at ${temperatureInWords(plant.transformerTemperatureC)}, derated from ${transformer.derateFromC} °C, at most ${transformer.temperatureCMax} °C`,
};
