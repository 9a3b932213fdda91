import type {
  AlarmDocument,
  BidDocument,
  MarketDocument,
  SiteDocument,
  SummaryDocument,
} from "@penstock/protocol/fleet";
import { printAlarms, printBids, printMarkets, printSites, printSummary } from "./print-fleet.ts";
import type { Paint } from "./words.ts";

export interface Command {
  readonly text: string;
  /** What it asks the API for. */
  readonly path: string;
  readonly repeats: boolean;
  readonly example: string;
  print(body: object, paint: Paint): readonly string[];
}

/** Adding one is one entry: what to ask for and how to print the answer. */
export const commands: Readonly<Record<string, Command>> = {
  summary: {
    text: "the fleet in one glance: power, energy, sites, alarms, records",
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
