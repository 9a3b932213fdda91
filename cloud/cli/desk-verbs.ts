import { readFileSync } from "node:fs";
import type { DeskDocument } from "@penstock/protocol/fleet";
import type { LoggedAct } from "../desk/act-log.ts";
import {
  printAct,
  printActs,
  printApproval,
  printApprovals,
  printCapabilities,
  printDesk,
  printGates,
} from "./print-desk.ts";
import type { Paint } from "./words.ts";

/** The desk as the API says it, with the moment it was asked. */
export type DeskAnswer = DeskDocument & { readonly atMs: number; readonly acts: readonly LoggedAct[] };

interface VerbCommon {
  /** What is typed after `fleetctl`. */
  readonly words: readonly string[];
  /** Further words it wants, by name. */
  readonly takes: readonly string[];
  readonly text: string;
  readonly example: string;
}

/** Looks at the desk. */
export interface LookVerb extends VerbCommon {
  readonly kind: "look";
  /** The part that was asked for; a sentence when it is not there. */
  pick(desk: DeskAnswer, words: readonly string[]): object | string;
  print(desk: DeskAnswer, words: readonly string[], paint: Paint): readonly string[];
}

/** Changes something: wants a token, and a reason unless it says otherwise. */
export interface ActVerb extends VerbCommon {
  readonly kind: "act";
  readonly act: string;
  readonly isWhyNeeded: boolean;
  /** What is sent besides the reason; a sentence when a word makes no sense. */
  fields(words: readonly string[], options: ActOptions): object | string;
}

export interface ActOptions {
  readonly product: string | undefined;
  readonly hash: string | undefined;
}

export type DeskVerb = LookVerb | ActVerb;

const look = (
  words: readonly string[],
  text: string,
  print: LookVerb["print"],
  pick: LookVerb["pick"] = (desk) => desk,
  takes: readonly string[] = [],
): LookVerb => {
  const example = `fleetctl ${[...words, ...takes.map(() => "PNSTK1.2026-01-31T00:05:00Z.v1")].join(" ")}`;
  return { kind: "look", words, takes, text, example, print, pick };
};

/** Adding one is one entry. */
export const deskVerbs: readonly DeskVerb[] = [
  look(["desk"], "the desk in one glance: what may leave, what waits, what is stopped", (desk, _, paint) =>
    printDesk(desk, paint),
  ),
  look(
    ["desk", "log"],
    "who did what at the desk lately, when and why, newest first",
    ({ acts }, _, paint) => printActs(acts, paint),
    ({ version, atMs, acts }) => ({ version, atMs, acts }),
  ),
  look(
    ["gates"],
    "what may leave by itself, per unit, site and product",
    (desk, _, paint) => printGates(desk, paint),
    ({ version, atMs, gates, kill }) => ({ version, atMs, kill, gates }),
  ),
  {
    kind: "act",
    words: ["gates", "set"],
    takes: ["UNIT|SITE", "off|manual|approve|auto"],
    text: "open or shut a gate from the next bid on: off, manual, approve or auto",
    example: 'fleetctl gates set PNSTK1 approve --why "new forecaster, first day"',
    act: "gate",
    isWhyNeeded: true,
    fields: ([subject, gate], { product }) => ({ subject, gate, ...(product !== undefined && { product }) }),
  },
  look(
    ["approvals"],
    "bids that wait for a person, soonest to expire first",
    (desk, _, paint) => printApprovals(desk, paint),
    ({ version, atMs, approvals }) => ({ version, atMs, approvals }),
  ),
  look(
    ["approvals", "show"],
    "one waiting bid against the one it replaces, band by band, with its effect",
    (desk, [bidId = ""], paint) => printApproval(desk, bidId, paint),
    ({ version, atMs, approvals }, [bidId]) => {
      const found = approvals.find((approval) => approval.bidId === bidId);
      return found === undefined
        ? `no bid ${bidId} waits; fleetctl approvals lists those that do`
        : { version, atMs, ...found };
    },
    ["BID"],
  ),
  {
    kind: "act",
    words: ["approvals", "approve"],
    takes: ["BID"],
    text: "sign a waiting bid; with the last signature it is checked once more and leaves",
    example: "fleetctl approvals approve PNSTK1.2026-01-31T00:05:00Z.v1",
    act: "approve",
    isWhyNeeded: false,
    fields: ([bidId]) => ({ bidId }),
  },
  {
    kind: "act",
    words: ["approvals", "reject"],
    takes: ["BID"],
    text: "say no to a waiting bid",
    example: 'fleetctl approvals reject PNSTK1.2026-01-31T00:05:00Z.v1 --why "outage at noon"',
    act: "reject",
    isWhyNeeded: true,
    fields: ([bidId]) => ({ bidId }),
  },
  {
    kind: "act",
    words: ["bid", "submit"],
    takes: ["FILE"],
    text: "your own bid from a JSON file, in place of the algorithm's (FILE as in cloud/desk/README.md)",
    example: "fleetctl bid submit evening.json",
    act: "bid",
    isWhyNeeded: false,
    fields: ([file = ""]) => readBidFile(file),
  },
  {
    kind: "act",
    words: ["kill"],
    takes: [],
    text: "stop the algorithm at once: void what waits, withdraw what can be, let its leases end",
    example: 'fleetctl kill --why "prices look wrong"',
    act: "kill",
    isWhyNeeded: false,
    fields: () => ({}),
  },
  {
    kind: "act",
    words: ["kill", "clear"],
    takes: [],
    text: "let the algorithm bid again; by an approver who did not pull the switch",
    example: 'fleetctl kill clear --why "feed repaired, checked against the operator"',
    act: "clear-kill",
    isWhyNeeded: true,
    fields: () => ({}),
  },
  look(
    ["capabilities"],
    "whose grid settings are attested, changed or unknown",
    (desk, _, paint) => printCapabilities(desk, paint),
    ({ version, atMs, capabilities }) => ({ version, atMs, capabilities }),
  ),
  {
    kind: "act",
    words: ["attest"],
    takes: ["SITE"],
    text: "vouch for the grid settings a site tells now, so that it is bid again (approver)",
    example: 'fleetctl attest park --hash 9f2c… --why "droop 1.7 % confirmed on site"',
    act: "attest",
    isWhyNeeded: true,
    fields: ([siteId], { hash }) => ({ siteId, ...(hash !== undefined && { hash }) }),
  },
];

/** The verb with the most words that begin what was typed; undefined when none does. */
export const verbOf = (typed: readonly string[]): DeskVerb | undefined =>
  deskVerbs
    .filter(({ words }) => words.every((word, index) => typed[index] === word))
    .toSorted((a, b) => b.words.length - a.words.length)[0];

export const printDone = (verb: ActVerb, answer: object): readonly string[] => printAct(verb.act, answer);

function readBidFile(file: string): object | string {
  try {
    const bid: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof bid === "object" && bid !== null ? bid : `${file} holds no bid but ${JSON.stringify(bid)}`;
  } catch (cause) {
    return `${file} cannot be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
