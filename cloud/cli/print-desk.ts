import type { ApprovalDocument, BidEffectDocument, DeskAct, DeskDocument } from "@penstock/protocol/fleet";
import type { LoggedAct } from "../desk/act-log.ts";
import { type Paint, plainText, price, table, timeOf, wrapped } from "./words.ts";

/** What may leave, what waits, what is stopped: the whole desk. */
export function printDesk(desk: DeskDocument, paint: Paint): readonly string[] {
  return [
    ...printKill(desk.kill, paint),
    "",
    ...printGates(desk, paint),
    "",
    ...printApprovals(desk, paint),
    "",
    ...printCapabilities(desk, paint),
  ];
}

export function printGates({ gates, kill }: DeskDocument, paint: Paint): readonly string[] {
  const rows = gates.map(({ subject, kind, product, gate, set }) => [
    `${kind === "site" ? "  " : ""}${plainText(subject)}`,
    product,
    gate,
    set === null ? "configuration" : plainText(set.by),
  ]);
  const [head = "", ...lines] = table(["gate of", "product", "is", "by"], rows);
  return [
    ...(kill === null ? [] : printKill(kill, paint)),
    paint.dim(head),
    ...lines.flatMap((line, index) => [line, ...actLines(gates[index]?.set ?? null, paint)]),
  ];
}

export function printApprovals({ approvals }: DeskDocument, paint: Paint): readonly string[] {
  if (approvals.length === 0) return ["nothing waits for approval"];
  return approvals.flatMap((approval) => [...headOf(approval, paint), ...effectLines(approval.effect)]);
}

export function printApproval({ approvals }: DeskDocument, bidId: string, paint: Paint): readonly string[] {
  const approval = approvals.find((each) => each.bidId === bidId);
  if (approval === undefined) return [`no bid ${plainText(bidId)} waits`];
  const { against, diff, because } = approval;
  const rows = diff.map(({ pricePerMWh, beforeMW, afterMW }) => [
    price(pricePerMWh),
    signed(beforeMW),
    signed(afterMW),
    beforeMW === afterMW ? "" : signed(afterMW - beforeMW),
  ]);
  const [head = "", ...lines] = table([">price per MWh", ">MW before", ">MW after", ">change"], rows);
  return [
    ...headOf(approval, paint),
    ...effectLines(approval.effect),
    against === null
      ? "  before: no bid"
      : `  before: ${plainText(against.bidId)} (${against.is === "standing" ? "stands now" : "the last one accepted"})`,
    paint.dim(`  ${head}`),
    ...lines.map((line) => `  ${line}`),
    ...indented(plainText(because)).map((line) => paint.dim(line)),
  ];
}

export function printCapabilities({ capabilities }: DeskDocument, paint: Paint): readonly string[] {
  const rows = capabilities.map(({ siteId, state, toldHash, attestedHash, attested }) => [
    plainText(siteId),
    state,
    short(toldHash),
    short(attestedHash),
    attested === null ? "-" : plainText(attested.by),
  ]);
  const [head = "", ...lines] = table(["settings of", "are", "told now", "attested", "by"], rows);
  return [
    paint.dim(head),
    ...lines.flatMap((line, index) => {
      const { state, attested = null } = capabilities[index] ?? {};
      return [isFine(state) ? line : paint.warning(line), ...actLines(attested, paint)];
    }),
  ];
}

export function printActs(acts: readonly LoggedAct[], paint: Paint): readonly string[] {
  if (acts.length === 0) return ["nobody did anything here in the last month"];
  return acts.flatMap((act) => [
    `${act.act.padEnd(10)}  ${plainText(act.subject)}  ${plainText(changeWords(act))}`.trimEnd(),
    ...actLines(act, paint),
  ]);
}

/** `auto -> off`; of a hash its beginning, and nothing of what is not a word. */
function changeWords({ before, after }: LoggedAct): string {
  const word = (value: unknown): string => (typeof value === "string" ? value.slice(0, 12) : "-");
  return `${word(before)} -> ${word(after)}`;
}

/** What an act came to, in a line. */
export function printAct(act: string, answer: object): readonly string[] {
  const body = answer as Readonly<Record<string, unknown>>;
  switch (act) {
    case "gate":
      return [`${text(body["subject"])} ${text(body["product"])} is ${text(body["gate"])} from the next bid on`];
    case "kill":
      return [`stopped: ${actWords(body as unknown as DeskAct)}`];
    case "clear-kill":
      return [`the algorithm bids again: ${actWords(body as unknown as DeskAct)}`];
    case "attest":
      return [`attested: ${actWords(body as unknown as DeskAct)}`];
    default:
      return bidLines(body);
  }
}

function bidLines(body: Readonly<Record<string, unknown>>): readonly string[] {
  const { signaturesNeeded = 0 } = (body["review"] ?? {}) as { readonly signaturesNeeded?: number };
  const signatures = (body["signatures"] ?? []) as readonly { readonly name: string }[];
  const refusals = (body["refusals"] ?? []) as readonly { readonly rule: string; readonly message: string }[];
  const isWaiting = body["state"] === "built" && signatures.length < signaturesNeeded;
  return [
    `${text(body["bidId"])} is ${isWaiting ? `signed by ${signatures.length} of ${signaturesNeeded}` : text(body["state"])}`,
    ...refusals.map(({ rule, message }) => `  ${plainText(rule)}: ${plainText(message)}`),
  ];
}

function printKill(kill: DeskAct | null, paint: Paint): readonly string[] {
  if (kill === null) return ["the algorithm may bid"];
  return [
    ...wrapped(`KILLED, the algorithm bids nothing: ${actWords(kill)}`, WIDTH).map((line) => paint.bad(line)),
    paint.dim("an approver who did not pull it: fleetctl kill clear --why …"),
  ];
}

function headOf(approval: ApprovalDocument, paint: Paint): readonly string[] {
  const { bidId, author, expiresAtMs, signaturesNeeded, signedBy, beyondBand, intervalStartMs } = approval;
  const signed = signedBy.length === 0 ? "nobody yet" : signedBy.map(plainText).join(", ");
  return [
    `${paint.bold(plainText(bidId))}  by ${author === "algorithm" ? "the algorithm" : plainText(author)}`,
    ...indented(
      `for ${timeOf(intervalStartMs)} UTC, expires ${new Date(expiresAtMs).toISOString().slice(11, 19)} market time; signed ${signedBy.length} of ${signaturesNeeded}: ${signed}`,
    ),
    ...beyondBand.flatMap((what) => indented(`beyond the band: ${plainText(what)}`).map((line) => paint.warning(line))),
  ];
}

function effectLines(effect: BidEffectDocument | null): readonly string[] {
  if (effect === null) return ["  no forecast, so no effect can be told"];
  return (["low", "expected", "high"] as const).map((name) => {
    const { pricePerMWh, beforeMW, afterMW, moneyChange } = effect[name];
    const at = `  at ${price(pricePerMWh).padStart(9)} (${name})`.padEnd(26);
    return `${at} ${mw(beforeMW)} -> ${mw(afterMW)} MW, ${moneyChange > 0 ? "+" : ""}${moneyChange.toFixed(2)} ${effect.currency}`;
  });
}

/** A terminal of 80 columns, and the indent of what belongs to the line above. */
const WIDTH = 80;
const indented = (sentence: string): readonly string[] => wrapped(sentence, WIDTH - 2).map((line) => `  ${line}`);

/** Who did it, when and why, under what it was done to. */
const actLines = (act: DeskAct | null, paint: Paint): readonly string[] =>
  act === null ? [] : wrapped(actWords(act), WIDTH - 6).map((line) => paint.dim(`      ${line}`));

const actWords = ({ by, why, atMs }: DeskAct): string =>
  `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC ${plainText(by)}: ${plainText(why)}`;

const short = (hash: string | null): string => (hash === null ? "-" : plainText(hash).slice(0, 12));
const signed = (volumeMW: number): string => (volumeMW > 0 ? `+${volumeMW}` : String(volumeMW));
const mw = (powerMW: number): string => `${powerMW > 0 ? "+" : ""}${(powerMW + 0).toFixed(2)}`;
const text = (value: unknown): string => plainText(String(value));
const isFine = (state: string | undefined): boolean => state === "attested" || state === "new";
