import { abilityOf, type JudgedSite } from "./judge-offer.ts";

/** What a unit was awarded together: energy, MW positive out, and what it keeps ready, sizes by product. */
export interface AwardedTogether {
  readonly energyMW: number;
  readonly ready: readonly { readonly product: string; readonly volumeMW: number }[];
  /** Sold before it was known what would be in store: energy then counts only where the interval's own takes from it. */
  readonly isSoldAhead?: boolean;
}

/**
 * Whether an award of energy and of reserves that count apart asks more than the sites attest: all of it at once in
 * power, and the energy of the interval with that of every reserve for as long as it must last. Worked out from the raw
 * readings and the award and nothing else.
 */
export function judgeReady(
  { energyMW, ready, isSoldAhead = false }: AwardedTogether,
  sites: readonly JudgedSite[],
  intervalH: number,
): readonly string[] {
  const found: string[] = [];
  const all = sites.map(abilityOf);
  const sum = (of: (ability: (typeof all)[number]) => number): number =>
    all.reduce((total, each) => total + of(each), 0) / 1e6;
  const can = {
    up: { mw: sum(({ outW }) => outW), mwh: sum(({ outWh }) => outWh) },
    down: { mw: sum(({ inW }) => inW), mwh: sum(({ inWh }) => inWh) },
  };
  for (const way of ["up", "down"] as const) {
    const services = ready.flatMap(({ product, volumeMW }) => {
      const [ways = "", lastsMin = Number.POSITIVE_INFINITY] = KEPT[product] ?? [way];
      return ways.includes(way) && volumeMW > 0 ? [{ product, volumeMW, lastsH: lastsMin / 60 }] : [];
    });
    if (services.length === 0) continue;
    const thisWayMW = way === "up" ? energyMW : -energyMW;
    const what = services.map(({ product, volumeMW }) => `${volumeMW} MW ${product}`).join(", ");
    const togetherMW = services.reduce((total, { volumeMW }) => total + volumeMW, thisWayMW);
    const { mw, mwh } = can[way];
    if (!(togetherMW <= mw + CLOSE)) found.push(`${energyMW} MW with ${what}: ${mw} MW ${way} attested`);
    if (isSoldAhead && thisWayMW <= 0) continue;
    const needsMWh = services.reduce(
      (total, { volumeMW, lastsH }) => total + volumeMW * lastsH,
      Math.max(0, thisWayMW) * intervalH,
    );
    if (!(needsMWh <= mwh + CLOSE)) found.push(`${energyMW} MW with ${what} need ${needsMWh} MWh, there are ${mwh}`);
  }
  return found;
}

/** Which way and for how many minutes, typed afresh from the operators' documents. */
const KEPT: Readonly<Record<string, readonly [ways: string, lastsMin: number]>> = {
  RRSPF: ["up", 30],
  RRSFF: ["up", 15],
  ECRS: ["up", 60],
  ONNS: ["up", 240],
  DCL: ["up", 15],
  DCH: ["down", 15],
  DML: ["up", 30],
  DMH: ["down", 30],
  DRL: ["up", 60],
  DRH: ["down", 60],
  FCR: ["up and down", 15],
};

const CLOSE = 1e-6;
