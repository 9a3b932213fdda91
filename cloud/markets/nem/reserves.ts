import type { ReserveMarket } from "../reserve-market.ts";
import { fcasLine } from "./clear-fcas.ts";
import { clearTogether } from "./clear-together.ts";
import { encodeFcas } from "./fcas-file.ts";
import {
  buildReserveOffer,
  contingencyProductsAt,
  type NemReserveBid,
  parseReserveOffers,
  reachOfReserves,
  stackOfReserves,
  validateReserveOffer,
} from "./reserve-offer.ts";

/** Contingency services of the NEM, offered every five minutes and cleared with energy. */
export const nemReserves: ReserveMarket<NemReserveBid> = {
  storedEnergy: "together",
  isOneSite: false,
  productsAt: contingencyProductsAt,
  buildOffer: buildReserveOffer,
  validate: validateReserveOffer,
  encode: (offers) => encodeFcas(offers.flatMap((offer) => offer.offers)),
  parse: parseReserveOffers,
  stackOf: stackOfReserves,
  reachOf: reachOfReserves,
  clear: clearTogether,
  settle: ({ unitId, interval, product, enabledW, pricePerMWh }) =>
    fcasLine(unitId, interval, product, enabledW / 1e6, pricePerMWh),
};
