import type { BidDocument } from "@penstock/protocol/fleet";
import { clockTime, decimal, price } from "./format.ts";

/** What a unit keeps ready beside its energy, in one line. */
export function ReserveLine({ bid }: { readonly bid: BidDocument }) {
  const isTrouble = bid.state === "refused" || bid.state === "lapsed";
  const mostMW = Math.max(0, ...bid.steps.map(({ volumeMW }) => volumeMW));
  return (
    <p class="bid-because">
      <b>Reserves</b> <span class={`tag ${isTrouble ? "is-warning" : ""}`}>{bid.state}</span>{" "}
      {bid.refusals.length > 0 ? (
        <span class="is-warning">{bid.refusals.join("; ")}</span>
      ) : bid.enabled ? (
        enabledText(bid)
      ) : (
        `up to ${decimal(mostMW, 0)} MW in each of ${bid.steps.length} services`
      )}
    </p>
  );
}

function enabledText({ enabled, steps }: BidDocument): string {
  const ready = (enabled ?? []).filter(({ enabledW }) => enabledW > 0);
  if (ready.length === 0) return steps.length === 0 ? "none offered" : "none enabled";
  return ready.map(({ product, enabledW }) => `${product} ${decimal(enabledW / 1e6, 0)} MW`).join(", ");
}

/** The same as figures: offered, from which price on, and what came of it. */
export function ReserveTable({ bid, currency }: { readonly bid: BidDocument | undefined; readonly currency: string }) {
  if (bid === undefined || bid.steps.length === 0) return null;
  return (
    <table>
      <caption>
        {clockTime(bid.intervalStartMs)} reserves {bid.state}
      </caption>
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col">{currency}/MW h</th>
          <th scope="col">MW</th>
          <th scope="col">Enabled</th>
        </tr>
      </thead>
      <tbody>
        {bid.steps.map(({ product = "", pricePerMWh, volumeMW }) => (
          <tr key={product}>
            <th scope="row">{product}</th>
            <td>{price(pricePerMWh)}</td>
            <td>{decimal(volumeMW, 0)}</td>
            <td>{bid.enabled ? decimal(enabledMWOf(bid, product), 0) : ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const enabledMWOf = ({ enabled }: BidDocument, product: string): number =>
  (enabled?.find((each) => each.product === product)?.enabledW ?? 0) / 1e6;
