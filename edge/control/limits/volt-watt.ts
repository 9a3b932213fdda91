import { W } from "@penstock/protocol/units";
import type { SiteImage } from "../image.ts";
import { voltageInWords } from "../services/serve-reactive.ts";
import type { VoltWatt } from "../services/service.ts";
import { inWords } from "../words.ts";
import { type LimitContext, paced, type SiteLimit } from "./limit.ts";

/**
 * The higher the voltage, the less may go out; the answer's own time is kept by the services (`state.services`). An
 * unknown voltage leaves the last answer standing: it never lifts the limit.
 */
export const voltWatt: SiteLimit = {
  name: "volt-watt",
  rank: "site",

  interval(image, context) {
    const powerWMax = mostW(image, context);
    if (powerWMax === undefined) return undefined;
    return paced({ powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax }, "ramped");
  },

  text(image, context) {
    const service = contractOf(context);
    const most = inWords(mostW(image, context) ?? Number.POSITIVE_INFINITY);
    return service === undefined
      ? "no volt-watt is configured"
      : `${voltageInWords(service.nominalV, image.meter.voltageV)}: at most ${most}`;
  },
};

const contractOf = ({ config }: LimitContext): VoltWatt | undefined =>
  config.services?.contracts.find((service): service is VoltWatt => service.type === "volt-watt");

function mostW({ units }: SiteImage, context: LimitContext): W | undefined {
  const { voltWattPu } = context.state.services;
  if (context.config.services === undefined || voltWattPu === undefined) return undefined;
  let ratedW = 0;
  for (const { rating } of units) ratedW += rating.dischargeWMax;
  return W(voltWattPu * ratedW);
}
