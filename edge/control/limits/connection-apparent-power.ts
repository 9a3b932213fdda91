import { between, narrow, plusMinus } from "../interval.ts";
import { inWords, varInWords } from "../words.ts";
import { type LimitContext, paced, type SiteLimit } from "./limit.ts";

/**
 * P² + Q² ≤ S² at the point of connection, with what the rest of the site puts there of both. Where vars go first, those
 * that are planned come off the circle before power; where power does, only the rest of the site's. The battery's vars
 * then get what power leaves: `connection-vars.ts`.
 */
export const connectionApparentPower: SiteLimit = {
  name: "connection-apparent-power",
  rank: "site",

  interval(_image, context) {
    const { rest, reactiveRest, config } = context;
    const { apparentVAMax, marginW, withoutMeterW } = config.connection;
    if (apparentVAMax === undefined) return undefined;
    const withoutMeter = plusMinus(Math.min(withoutMeterW, apparentVAMax));
    if (rest.basis === "unknown" || reactiveRest === undefined) return paced(withoutMeter, "ramped");
    const powerWMax = Math.sqrt(Math.max(0, (apparentVAMax - marginW) ** 2 - greatestVar(context) ** 2));
    const withMeter = between(-powerWMax - rest.restWMin, powerWMax - rest.restWMax);
    const isMeasured = rest.basis === "measured" && reactiveRest.basis === "measured";
    return isMeasured ? paced(withMeter, "at-once") : paced(narrow(withoutMeter, withMeter), "ramped");
  },

  text(_image, context) {
    const { apparentVAMax = 0, withoutMeterW } = context.config.connection;
    const { reactiveRest, rest } = context;
    const carries = `the connection carries ${inWords(apparentVAMax).replace("W", "VA")}`;
    if (rest.basis !== "measured" || reactiveRest?.basis !== "measured") {
      return `${carries}, and the meter cannot be trusted: at most ${inWords(withoutMeterW)} either way`;
    }
    const first = plannedSum(context) === 0 ? "" : ", vars first";
    const beside = rest.restW === 0 ? "" : `, and ${inWords(rest.restW)} from the rest of the site`;
    return `${carries}, of which ${varInWords(greatestVar(context))} are reactive${first}${beside}`;
  },
};

/** The most reactive power that may flow at the connection beside what power is given. */
function greatestVar(context: LimitContext): number {
  const { restVarMin, restVarMax } = context.reactiveRest ?? { restVarMin: 0, restVarMax: 0 };
  const plannedVar = plannedSum(context);
  return Math.max(Math.abs(restVarMin + plannedVar), Math.abs(restVarMax + plannedVar));
}

const plannedSum = ({ plannedVar }: LimitContext): number => {
  let sum = 0;
  for (const unitVar of plannedVar ?? none) sum += unitVar;
  return sum;
};

const none: readonly number[] = [];
