import type { BidDocument, MarketDocument, SiteDocument } from "@penstock/protocol/fleet";
import { useState } from "preact/hooks";
import { BidChart } from "./bid-chart.tsx";
import { deliveredPowerW } from "./delivery.ts";
import { clockTime, power, price, signed } from "./format.ts";
import { Panel } from "./panel.tsx";
import { ReserveLine, ReserveTable } from "./reserve-bid.tsx";

interface BidPanelProps {
  readonly market: MarketDocument;
  readonly sites: readonly SiteDocument[];
}

/** What each unit has bid for the interval under way and the one to come. */
export function BidPanel({ market, sites }: BidPanelProps) {
  const units = [...new Set(market.bids.map(({ unitId }) => unitId))].sort();
  const [chosen, choose] = useState<string>();
  const unitId = units.find((unit) => unit === chosen) ?? units[0];
  const ofUnit = market.bids.filter((bid) => bid.unitId === unitId);
  const bids = ofUnit.filter(({ product }) => product === undefined).slice(0, 2);
  const reservesOf = ({ intervalStartMs }: BidDocument): BidDocument | undefined =>
    ofUnit.find((bid) => bid.product !== undefined && bid.intervalStartMs === intervalStartMs);
  return (
    <Panel
      title={
        <>
          Bid stack <span>MW at {market.currency}/MWh</span>
        </>
      }
      label="Bid stack"
      note={
        <div class="choices">
          {units.map((unit) => (
            <button key={unit} type="button" class="quiet" aria-pressed={unit === unitId} onClick={() => choose(unit)}>
              {unit}
            </button>
          ))}
        </div>
      }
      chart={
        <>
          <div class="bids">
            {bids.length === 0 && <p class="empty">No bid for this interval or the next.</p>}
            {bids.map((bid) => (
              <Bid key={bid.intervalStartMs} bid={bid} reserves={reservesOf(bid)} market={market} sites={sites} />
            ))}
          </div>
          {bids.length > 0 && <ChartKey />}
        </>
      }
      table={() => (
        <div class="bids">
          {bids.map((bid) => (
            <div key={bid.intervalStartMs}>
              <BidTable bid={bid} currency={market.currency} />
              <ReserveTable bid={reservesOf(bid)} currency={market.currency} />
            </div>
          ))}
        </div>
      )}
    />
  );
}

function ChartKey() {
  return (
    <ul class="legend">
      <li class="key key-accent">bid</li>
      <li class="key key-ink key-dashed">cleared price</li>
      <li class="key key-dot">award</li>
    </ul>
  );
}

interface BidProps extends BidPanelProps {
  readonly bid: BidDocument;
  readonly reserves: BidDocument | undefined;
}

function Bid({ bid, reserves, market, sites }: BidProps) {
  const isNow = bid.intervalStartMs === market.intervalStartMs;
  const sizeMW = bid.steps.reduce((total, { volumeMW }) => total + Math.abs(volumeMW), 0);
  const award = power(bid.awardPowerW, 1e6 * sizeMW);
  const delivered = power(deliveredPowerW(bid.siteIds, sites), 1e6 * sizeMW);
  return (
    <article class="bid">
      <BidHead bid={bid} isNow={isNow} />
      <BidChart bid={bid} {...(isNow && { pricePerMWh: market.pricePerMWh })} />
      <p class="bid-because">
        {bid.awardPowerW !== null && (
          <b>
            Awarded {signed(award.text)} {award.unit}
            {isNow && (
              <>
                , delivering {signed(delivered.text)} {delivered.unit}
              </>
            )}
            .{" "}
          </b>
        )}
        {bid.refusals.length > 0 ? <span class="is-warning">{bid.refusals.join("; ")}</span> : bid.because}
      </p>
      {reserves !== undefined && <ReserveLine bid={reserves} />}
    </article>
  );
}

function BidHead({ bid, isNow }: { readonly bid: BidDocument; readonly isNow: boolean }) {
  const isTrouble = bid.state === "refused" || bid.state === "lapsed";
  return (
    <h3>
      {isNow ? "Now" : "Next"} {clockTime(bid.intervalStartMs)}
      <span class={`tag ${isTrouble ? "is-warning" : ""}`}>{bid.state}</span>
    </h3>
  );
}

function BidTable({ bid, currency }: { readonly bid: BidDocument; readonly currency: string }) {
  return (
    <table>
      <caption>
        {clockTime(bid.intervalStartMs)} {bid.state}
      </caption>
      <thead>
        <tr>
          <th scope="col">{currency}/MWh</th>
          <th scope="col">MW</th>
        </tr>
      </thead>
      <tbody>
        {bid.steps.map(({ pricePerMWh, volumeMW }, index) => (
          <tr key={index}>
            <th scope="row">{price(pricePerMWh)}</th>
            <td>{signed(String(volumeMW).replace("-", "−"))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
