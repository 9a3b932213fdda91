import type { BidStep } from "../market.ts";
import type { NemBid } from "./bid.ts";

/** The bands that hold volume, cheapest first; buying is negative. */
export const stackOf = (bid: NemBid): readonly BidStep[] =>
  bid.sides
    .flatMap((side) =>
      side.bandPrices.map((pricePerMWh, band) => ({
        pricePerMWh,
        volumeMW: (side.direction === "GEN" ? 1 : -1) * (side.bandAvailMW[band] ?? 0),
      })),
    )
    .filter((step) => step.volumeMW !== 0)
    .sort((a, b) => a.pricePerMWh - b.pricePerMWh);
