import { W } from "@penstock/protocol/units";
import type { SiteImage } from "../image.ts";
import { inWords } from "../words.ts";
import { type LimitContext, paced, type SiteLimit } from "./limit.ts";

/**
 * A day's share of the warranty, in full equivalent cycles: energy discharged over nameplate capacity. Near its end
 * power falls so that what is left would last another minute; then only charging remains.
 */
export const dailyThroughput: SiteLimit = {
  name: "daily-throughput",
  rank: "owner",

  interval(image, context) {
    const leftWh = leftTodayWh(image, context);
    if (leftWh === undefined) return undefined;
    const powerWMax = W(Math.max(0, leftWh * minutesPerHour));
    return paced({ powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax }, "ramped");
  },

  text(image, context) {
    const { config, ledger } = context;
    const leftWh = leftTodayWh(image, context);
    if (leftWh === undefined || ledger === undefined) return "no daily throughput is agreed";
    const used = inWords(ledger.dischargedTodayWh).replace("W", "Wh");
    const until = new Date(ledger.day.endMs).toISOString().slice(0, 16);
    const left = leftWh > 0 ? `${inWords(leftWh).replace("W", "Wh")} left` : "all used";
    return `${config.owner?.cyclesPerDayMax} cycles a day: ${used} discharged, ${left} until ${until}Z`;
  },
};

const minutesPerHour = 60;

function leftTodayWh({ units }: SiteImage, { config, ledger }: LimitContext): number | undefined {
  const cyclesMax = config.owner?.cyclesPerDayMax;
  if (cyclesMax === undefined || ledger === undefined) return undefined;
  let capacityWh = 0;
  for (const { rating } of units) capacityWh += rating.capacityWh;
  return cyclesMax * capacityWh - ledger.dischargedTodayWh;
}
