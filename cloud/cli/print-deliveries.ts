import type { DeliveriesDocument, DeliveryDocument } from "../dispatch/deliveries-document.ts";
import { type Paint, plainText, power, price, table, timeOf, wrapped } from "./words.ts";

const SHOWN = 40;

/**
 * Each lease from the wish to the meter, newest first; times count from the wish. What the whole unit's interval lacked
 * is said once, above the leases that were a part of it.
 */
export function printDeliveries({ deliveries, counts, currency }: DeliveriesDocument, paint: Paint): readonly string[] {
  if (deliveries.length === 0) return ["no lease was issued yet"];
  const shown = deliveries.slice(0, SHOWN);
  const [head = "", ...lines] = table(
    ["issued", "site", ">asked", ">issued", ">received", ">written", ">read back", ">measured"],
    shown.map((delivery) => [
      new Date(delivery.issuedAtMs).toISOString().slice(11, 19),
      plainText(delivery.siteId).slice(0, SITE_LENGTH_MAX),
      power(delivery.powerW),
      ...INSTANTS.map((name) => since(delivery, name)),
    ]),
  );
  const unitsSaid = new Set<string>();
  const rows = shown.flatMap((delivery, index) => {
    const interval = `${delivery.unitId}\n${delivery.intervalStartMs}`;
    const isNew = !unitsSaid.has(interval);
    unitsSaid.add(interval);
    return [
      ...(isNew ? wrapped(unitWords(delivery, currency), WIDTH).map(paint.bold) : []),
      lines[index] ?? "",
      ...wrapped(leaseWords(delivery), WIDTH - INDENT.length).map((line) => `${INDENT}${line}`),
    ];
  });
  const { issued, applied, clamped, refused, expired } = counts;
  return [
    paint.dim(head),
    ...rows,
    ...[
      `${issued} leases issued, ${applied} applied, ${clamped} clamped, ${refused} refused, ${expired} ran out`,
      "times are seconds from the wish; + = discharge; what is short is the whole unit's for its interval, once, priced by the market's own rule",
    ].flatMap((words) => wrapped(words, WIDTH).map(paint.dim)),
  ];
}

/** A terminal of 80 columns; the second line of a lease stands under its site. */
const WIDTH = 80;
const INDENT = " ".repeat(10);
const SITE_LENGTH_MAX = 9;

const INSTANTS = ["issuedAtMs", "receivedAtMs", "writtenAtMs", "readBackAtMs", "measuredAtMs"] as const;

/** Said once, of a unit and an interval of it. */
function unitWords({ unitId, intervalStartMs, settled }: DeliveryDocument, currency: string): string {
  const name = `${plainText(unitId)}, interval from ${timeOf(intervalStartMs)}`;
  if (settled === null) return `${name}: waits for counters`;
  return `${name}: ${settled.shortfallMWh.toFixed(3)} MWh short, ${price(settled.shortfallCost)} ${currency}`;
}

/** What the times do not say of one lease. */
function leaseWords(delivery: DeliveryDocument): string {
  const { siteId, wish, measuredW } = delivery;
  return [
    siteId.length > SITE_LENGTH_MAX ? plainText(siteId) : "",
    wish === null ? "" : `${wish.source} ${power(wish.unitPowerW)} of the unit`,
    readyWords(delivery),
    measuredW === null ? "" : `did ${power(measuredW)}`,
    plainText(troubleOf(delivery)),
  ]
    .filter((words) => words !== "")
    .join("; ");
}

/** What it arms, in MW; an aggregator of an earlier version tells nothing of it. */
function readyWords({ ready = [] }: Partial<DeliveryDocument>): string {
  const armed = ready.filter(({ powerW }) => powerW > 0);
  if (armed.length === 0) return "";
  return `keeps ready ${armed.map(({ service, powerW }) => `${plainText(service)} ${power(powerW)}`).join(", ")}`;
}

/** A renewal is issued long after the wish it still serves: it counts from its own issue. */
function since(delivery: DeliveryDocument, name: (typeof INSTANTS)[number]): string {
  // An aggregator of an earlier version tells nothing of some.
  const atMs = delivery[name] ?? null;
  if (atMs === null) return "-";
  const { wish, issuedAtMs } = delivery;
  const isRenewal = wish !== null && issuedAtMs - wish.atMs > RENEWED_AFTER_MS;
  if (isRenewal && name === "issuedAtMs") return "renewed";
  const fromMs = wish === null || isRenewal ? issuedAtMs : wish.atMs;
  return `${((atMs - fromMs) / 1000).toFixed(2)}`;
}

/** No lease is renewed sooner than this. */
const RENEWED_AFTER_MS = 4_500;

function troubleOf({ refusedBecause, clampedW, clampedBy }: DeliveryDocument): string {
  if (refusedBecause !== null) return `refused: ${refusedBecause}`;
  return clampedW === null ? "" : `${clampedBy.join(", ")} leaves ${power(clampedW)}`;
}
