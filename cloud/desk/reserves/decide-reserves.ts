import { type CodedError, describeError, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { ReserveEntry, UnitEntry } from "../../config/cloud-config.ts";
import type { BidRecord } from "../bid-record.ts";
import type { DeskBooks } from "../desk-books.ts";
import type { Drafting, ReserveDraft } from "../drafting.ts";
import { isOpenToAlgorithm, mostShut, reserveProduct } from "../gate-book.ts";
import { reservesOf } from "../product-door.ts";
import { wishesFor } from "./make-reserve-bid.ts";

export interface DecidedReserves {
  readonly made: Result<BidRecord, CodedError>;
  /** Why nothing leaves; absent when it may. */
  readonly withheldBecause?: string;
}

/**
 * The algorithm's offer of reserves for a unit and interval, through the gates of that product. A site whose gate is
 * shut, or that cannot attest itself, carries none of it; without any the unit takes back what it offered. What cannot
 * be kept is replaced by nothing, never by silence.
 */
export function decideReserves(
  books: DeskBooks,
  drafting: Drafting,
  entry: UnitEntry & { readonly reserves: ReserveEntry },
  interval: Interval,
): DecidedReserves {
  const { unit, reserves } = entry;
  const products = reservesOf(books.ports.market).productsAt(interval.startMs);
  const { attested, leftOut } = drafting.attest(entry, interval, reserveProduct);
  const gateOf = (subject: string) => books.gates.mode(subject, reserveProduct);
  const shut = attested.filter(({ capability }) => !isOpenToAlgorithm(gateOf(capability.siteId)));
  const sites = attested.filter((site) => !shut.includes(site));
  const isSilent = shut.length > 0 && sites.length === 0;
  const unitGate = gateOf(unit.id);
  const gate = mostShut([unitGate, ...(isSilent ? shut : sites).map(({ capability }) => gateOf(capability.siteId))]);
  const isKilled = books.kill.state() !== null;
  const isWithheld = isKilled || isSilent || !isOpenToAlgorithm(unitGate);
  const wishes = wishesFor(reserves.products, products, sites.length > 0);
  const draft: ReserveDraft = {
    ...{ entry, interval, gate, wishes, sites, isWithheld },
    kind: sites.length > 0 ? "offer" : "withdrawal",
    ...(sites.length === 0 && { because: "no site can keep a reserve ready" }),
    leftOut: [
      ...leftOut,
      ...shut.map(({ capability: { siteId } }) => ({
        code: "desk.gate-shut" as const,
        siteId,
        gate: gateOf(siteId),
      })),
    ],
    author: { type: "algorithm" },
  };
  const made = drafting.makeReserves(draft);
  if (isWithheld) return { made, withheldBecause: isKilled ? "the kill switch is pulled" : `the gate is ${gate}` };
  if (made.ok && (made.value.state === "built" || made.value.state === "lapsed")) return { made };
  const error: CodedError = made.ok
    ? { code: "desk.bid-refused", rules: made.value.refusals.map(({ rule }) => rule) }
    : made.error;
  books.alarm(error, interval, unit.id);
  const nothing = wishesFor(reserves.products, products, false);
  return {
    made: drafting.makeReserves({
      ...{ ...draft, wishes: nothing, sites: [], kind: "withdrawal" },
      because: `withdrawn: ${describeError(error)}`,
    }),
  };
}
