import type { DeliveriesDocument, DeliveryDocument } from "../dispatch/deliveries-document.ts";
import { type Paint, plainText, power, price, table } from "./words.ts";

const SHOWN = 40;

/** Each lease from the wish to the meter, newest first; times count from the wish. */
export function printDeliveries({ deliveries, counts, currency }: DeliveriesDocument, paint: Paint): readonly string[] {
  if (deliveries.length === 0) return ["no lease was issued yet"];
  const rows = deliveries
    .slice(0, SHOWN)
    .map((delivery) => [
      new Date(delivery.issuedAtMs).toISOString().slice(11, 19),
      plainText(delivery.siteId),
      delivery.wish === null ? "-" : `${delivery.wish.source} ${power(delivery.wish.unitPowerW)}`,
      power(delivery.powerW),
      ...(["issuedAtMs", "receivedAtMs", "writtenAtMs", "measuredAtMs"] as const).map((name) => since(delivery, name)),
      delivery.measuredW === null ? "-" : power(delivery.measuredW),
      plainText(troubleOf(delivery)),
      delivery.settled === null
        ? "waits for counters"
        : `${delivery.settled.shortfallMWh.toFixed(3)} MWh short, ${price(delivery.settled.shortfallCost)} ${currency}`,
    ]);
  const headings = [
    "issued",
    "site",
    "unit wished",
    ">asked",
    ">issued",
    ">received",
    ">written",
    ">measured",
    ">did",
    "held by",
  ];
  const [head = "", ...lines] = table([...headings, "unit's interval"], rows);
  const { issued, applied, clamped, refused, expired } = counts;
  return [
    paint.dim(head),
    ...lines,
    paint.dim(
      `${issued} leases issued, ${applied} applied, ${clamped} clamped, ${refused} refused, ${expired} ran out`,
    ),
    paint.dim("times count from the wish; + = discharge; a shortfall is priced by the market's own rule"),
  ];
}

type Instant = "issuedAtMs" | "receivedAtMs" | "writtenAtMs" | "measuredAtMs";

/** A renewal is issued long after the wish it still serves: it counts from its own issue. */
function since(delivery: DeliveryDocument, name: Instant): string {
  const atMs = delivery[name];
  if (atMs === null) return "-";
  const { wish, issuedAtMs } = delivery;
  const isRenewal = wish !== null && issuedAtMs - wish.atMs > RENEWED_AFTER_MS;
  if (isRenewal && name === "issuedAtMs") return "renewed";
  const fromMs = wish === null || isRenewal ? issuedAtMs : wish.atMs;
  return `${((atMs - fromMs) / 1000).toFixed(2)} s`;
}

/** No lease is renewed sooner than this. */
const RENEWED_AFTER_MS = 4_500;

function troubleOf({ refusedBecause, clampedW, clampedBy }: DeliveryDocument): string {
  if (refusedBecause !== null) return `refused: ${refusedBecause}`;
  return clampedW === null ? "" : `${clampedBy.join(", ")} leaves ${power(clampedW)}`;
}
