import type { GateMode } from "../config/cloud-config.ts";
import type { HeldBack } from "./bid-record.ts";
import type { Offer } from "./decide-offer.ts";
import { isOpenToAlgorithm, mostShut } from "./gate-book.ts";

export interface Gates {
  readonly unitGate: GateMode;
  readonly siteGate: (siteId: string) => GateMode;
  readonly isKilled: boolean;
}

/** What gates leave of an offer of the algorithm's. */
export interface Passage {
  readonly offer: Offer;
  /** The most shut of the gates what is left passes. */
  readonly gate: GateMode;
  /** Decided like the rest, for the record. */
  readonly heldBack: readonly HeldBack[];
  /** Nothing leaves: the whole offer is only written down. */
  readonly isWithheld: boolean;
  readonly withheldBecause?: string;
}

/**
 * A unit's gate, or the kill switch, shuts the whole bid; a site's gate only takes that site out of it, so that one
 * home does not silence a street. With every site shut the bid is shut.
 */
export function passGates(offer: Offer, { unitGate, siteGate, isKilled }: Gates): Passage {
  const shutSites = offer.offers.filter(({ siteId }) => !isOpenToAlgorithm(siteGate(siteId)));
  const isSilent = shutSites.length > 0 && shutSites.length === offer.offers.length;
  if (isKilled || !isOpenToAlgorithm(unitGate) || isSilent) {
    const siteGates = isSilent ? shutSites.map(({ siteId }) => siteGate(siteId)) : [];
    const gate = mostShut([unitGate, ...siteGates]);
    const withheldBecause = isKilled ? "the kill switch is pulled" : `the gate is ${gate}`;
    return { offer, gate, heldBack: [], isWithheld: true, withheldBecause };
  }
  const isShut = (siteId: string): boolean => shutSites.some((shut) => shut.siteId === siteId);
  const open = offer.offers.filter(({ siteId }) => !isShut(siteId));
  return {
    offer: {
      ...offer,
      offers: open,
      sites: offer.sites.filter(({ capability }) => !isShut(capability.siteId)),
      leftOut: [
        ...offer.leftOut,
        ...shutSites.map(({ siteId }) => ({ code: "desk.gate-shut" as const, siteId, gate: siteGate(siteId) })),
      ],
    },
    gate: mostShut([unitGate, ...open.map(({ siteId }) => siteGate(siteId))]),
    heldBack: shutSites.map((shut) => ({ ...shut, gate: siteGate(shut.siteId) })),
    isWithheld: false,
  };
}
