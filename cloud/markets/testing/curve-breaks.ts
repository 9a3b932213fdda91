import { UtcMs } from "@penstock/protocol/units";
import type { CurveBid, CurvePoint } from "../curve-market.ts";
import type { Break } from "./example-kind.ts";
import { changed, commonBreaks } from "./random-energy.ts";

export interface CurveLimits {
  readonly prefix: string;
  readonly pointsMax: number;
  readonly priceCap: number;
  readonly priceFloor: number;
}

/** Every way to break a rising curve. */
export function curveBreaks({ prefix, pointsMax, priceCap, priceFloor }: CurveLimits): readonly Break<CurveBid>[] {
  const point = (
    rule: string,
    how: string,
    at: "first" | "last",
    change: (one: CurvePoint) => CurvePoint,
  ): Break<CurveBid> => ({
    rule: `${prefix}.${rule}`,
    how,
    apply: (bid) => ({ ...bid, points: changed(bid.points, at === "first" ? 0 : bid.points.length - 1, change) }),
  });
  const points = (rule: string, how: string, ...pairs: readonly (readonly [number, number])[]): Break<CurveBid> => ({
    rule: `${prefix}.${rule}`,
    how,
    apply: (bid) => ({ ...bid, points: pairs.map(([powerMW, pricePerMWh]) => ({ powerMW, pricePerMWh })) }),
  });
  return [
    ...commonBreaks<CurveBid>(prefix),
    {
      rule: `${prefix}.interval`,
      how: "a minute too long",
      apply: (bid) => ({ ...bid, interval: { ...bid.interval, endMs: UtcMs(bid.interval.endMs + 60_000) } }),
    },
    points("point-count", "a point too many", ...Array.from({ length: pointsMax + 1 }, () => [0, 1] as const)),
    points("point-count", "no point"),
    point("price-limit", "above the cap", "last", (one) => ({ ...one, pricePerMWh: priceCap + 1 })),
    point("price-limit", "below the floor", "first", (one) => ({ ...one, pricePerMWh: priceFloor - 1 })),
    point("price-decimals", "a tenth of a cent", "first", (one) => ({ ...one, pricePerMWh: one.pricePerMWh + 0.001 })),
    point("mw-decimals", "a fraction of the smallest lot", "first", (one) => ({
      ...one,
      powerMW: one.powerMW + 0.003,
    })),
    points("capacity", "more than registered", [999, 50]),
    points("price-order", "a price that falls", [0, 2], [0, 1]),
    points("mw-order", "a power that falls", [0.1, 1], [0, 2]),
  ];
}
