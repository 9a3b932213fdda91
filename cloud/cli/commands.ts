import type {
  AlarmDocument,
  BidDocument,
  MarketDocument,
  SiteDocument,
  SummaryDocument,
} from "@penstock/protocol/fleet";
import type { BidStory } from "../desk/explain-bid.ts";
import type { DeliveriesDocument } from "../dispatch/deliveries-document.ts";
import { printBidStory } from "./print-bid-story.ts";
import { printDeliveries } from "./print-deliveries.ts";
import { printAlarms, printBids, printMarkets, printSites, printSummary } from "./print-fleet.ts";
import type { Paint } from "./words.ts";

export interface Command {
  readonly text: string;
  /** What it asks the API for. */
  readonly path: string;
  readonly repeats: boolean;
  /** What the one further word is, where there is one: it becomes the end of the path. */
  readonly takes?: string;
  readonly example: string;
  print(body: object, paint: Paint): readonly string[];
}

/** Adding one is one entry: what to ask for and how to print the answer. */
export const commands: Readonly<Record<string, Command>> = {
  summary: {
    text: "the fleet in one glance: power, energy, alarms, records",
    path: "summary",
    repeats: false,
    example: "fleetctl summary --json | jq .batteryPowerW",
    print: (body, paint) => printSummary(body as SummaryDocument, paint),
  },
  sites: {
    text: "every site, worst first: power, target, charge, what limits it, age of its data",
    path: "sites",
    repeats: false,
    example: "fleetctl sites --json | jq '.sites[] | {siteId, soc}'",
    print: (body, paint) => {
      const { sites, atMs } = body as { readonly sites: readonly SiteDocument[]; readonly atMs: number };
      return printSites(sites, atMs, paint);
    },
  },
  bids: {
    text: "each unit's bid for the interval under way and the coming ones, band by band",
    path: "bids",
    repeats: false,
    example: "fleetctl bids",
    print: (body, paint) => printBids((body as { readonly bids: readonly BidDocument[] }).bids, paint),
  },
  market: {
    text: "price now and lately, money so far and what perfect foresight would have had",
    path: "market",
    repeats: false,
    example: "fleetctl market --json | jq '.markets[0].profit'",
    print: (body, paint) => printMarkets((body as { readonly markets: readonly MarketDocument[] }).markets, paint),
  },
  "why-bid": {
    text: "why a bid was made, what it was made of, and what became of it, down to the money",
    path: "why-bid",
    repeats: false,
    takes: "BID",
    example: "fleetctl why-bid PARK1.2026-01-31T00:05:00Z.v1",
    print: (body, paint) => printBidStory(body as BidStory, paint),
  },
  deliveries: {
    text: "what became of each lease: wished, issued, received, written, read back, measured, held by whom; shortfalls priced",
    path: "deliveries",
    repeats: false,
    example: "fleetctl deliveries --json | jq '.deliveries[0]'",
    print: (body, paint) => printDeliveries(body as DeliveriesDocument, paint),
  },
  alarms: {
    text: "what needs somebody: most pressing first, with what to do",
    path: "alarms",
    repeats: false,
    example: "fleetctl alarms",
    print: (body, paint) => {
      const { alarms, atMs } = body as { readonly alarms: readonly AlarmDocument[]; readonly atMs: number };
      return printAlarms(alarms, atMs, paint);
    },
  },
  watch: {
    text: "sites once a second until Ctrl-C, or --count times",
    path: "sites",
    repeats: true,
    example: "fleetctl watch --count 10 --json",
    print: (body, paint) => {
      const { sites, atMs } = body as { readonly sites: readonly SiteDocument[]; readonly atMs: number };
      return printSites(sites, atMs, paint);
    },
  },
};
