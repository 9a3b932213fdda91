import type { FcasOffer } from "@penstock/cloud/markets/index.ts";
import { abilityOf, type JudgedSite } from "./judge-offer.ts";

/**
 * Whether a unit could be dispatched and enabled beyond what its sites attest, by any corner of its offers: at each
 * energy a trapezium allows, the service it leaves there has to fit on top, in power, and in energy for a whole interval
 * and then for as long as the service lasts. Worked out from the raw readings and the raw trapezia and nothing else.
 */
export function judgeStack(
  offers: readonly FcasOffer[],
  sites: readonly JudgedSite[],
  intervalH: number,
): readonly string[] {
  const found: string[] = [];
  const all = sites.map(abilityOf);
  const sum = (of: (ability: (typeof all)[number]) => number): number =>
    all.reduce((total, each) => total + of(each), 0);
  const can = {
    up: { mw: sum(({ outW }) => outW) / 1e6, mwh: sum(({ outWh }) => outWh) / 1e6 },
    down: { mw: sum(({ inW }) => inW) / 1e6, mwh: sum(({ inWh }) => inWh) / 1e6 },
  };
  for (const { service, maxAvailMW, bandAvailMW, trapezium } of offers) {
    const mostMW = Math.min(
      maxAvailMW,
      bandAvailMW.reduce((total, volumeMW) => total + volumeMW, 0),
    );
    if (mostMW === 0) continue;
    const way = service.startsWith("RAISE") ? "up" : "down";
    const lastsH = LASTS_MIN[service.replace(/^(RAISE|LOWER)/, "")] ?? Number.POSITIVE_INFINITY;
    const { enablementMinMW, lowBreakpointMW, highBreakpointMW, enablementMaxMW } = trapezium;
    for (const energyMW of [enablementMinMW, lowBreakpointMW, highBreakpointMW, enablementMaxMW, 0]) {
      if (energyMW < enablementMinMW || energyMW > enablementMaxMW) continue;
      const below = part(energyMW - enablementMinMW, lowBreakpointMW - enablementMinMW);
      const above = part(enablementMaxMW - energyMW, enablementMaxMW - highBreakpointMW);
      const serviceMW = mostMW * Math.min(below, above);
      if (serviceMW === 0) continue;
      // Mirrored, charging and lowering are discharging and raising.
      const thisWayMW = way === "up" ? energyMW : -energyMW;
      const togetherMW = thisWayMW + serviceMW;
      const { mw, mwh } = can[way];
      if (!(togetherMW <= mw + CLOSE)) found.push(`${service}: ${energyMW} and ${serviceMW} MW, ${mw} MW attested`);
      const needsMWh =
        Math.max(0, thisWayMW) * intervalH + Math.max(0, thisWayMW > 0 ? serviceMW : togetherMW) * (lastsH / 60);
      if (!(needsMWh <= mwh + CLOSE))
        found.push(`${service}: ${energyMW} and ${serviceMW} MW need ${needsMWh} MWh, there are ${mwh}`);
    }
  }
  return found;
}

/** How much of a side is climbed; a side that stands upright is climbed at once. */
const part = (distanceMW: number, sideMW: number): number => (sideMW <= 0 ? 1 : Math.min(1, distanceMW / sideMW));

/** Minutes, typed afresh. */
const LASTS_MIN: Readonly<Record<string, number>> = { "1SEC": 1, "6SEC": 1, "60SEC": 1, "5MIN": 10 };

const CLOSE = 1e-6;
