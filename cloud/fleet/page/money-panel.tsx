import type { ProfitDocument } from "@penstock/protocol/fleet";
import { dayAndTime, decimal, nothing, percent } from "./format.ts";

/** What was earned beside the most that could have been, and what these words mean. */
export function MoneyPanel({ profit }: { readonly profit: ProfitDocument }) {
  const { currency, revenue, cost, perfectForesightRevenue, perfectForesightProfit, share } = profit;
  const kept = revenue - cost;
  // One number of digits for all, so that they stand under one another.
  const digits = Math.max(Math.abs(revenue), perfectForesightRevenue) >= 1_000 ? 0 : 2;
  // Hindsight earns most and keeps most on different schedules: there is no one wear to set beside ours.
  const { reserveRevenue = 0 } = profit;
  const rows = [
    { name: "Received", ours: revenue, best: perfectForesightRevenue, part: share },
    { name: "Wear of the batteries", ours: -cost, best: null, part: null },
    { name: "Kept after wear", ours: kept, best: perfectForesightProfit, part: partOf(kept, perfectForesightProfit) },
  ];
  return (
    <section class="panel" aria-label="Profit so far">
      <header class="panel-header">
        <h2>
          Profit so far <span>{currency}</span>
        </h2>
        {profit.sinceMs !== null && profit.settledUntilMs !== null && (
          <p class="legend">
            {dayAndTime(profit.sinceMs)} to {dayAndTime(profit.settledUntilMs)} UTC
          </p>
        )}
      </header>
      <table class="money">
        <thead>
          <tr>
            <td />
            <th scope="col">Ours</th>
            <th scope="col">Perfect foresight</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, ours, best, part }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{decimal(ours, digits)}</td>
              <td>{best === null ? nothing : decimal(best, digits)}</td>
              <td>{percent(part)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="note">
        {decimal(profit.dispatchedMWh, 1)} MWh awarded, {decimal(profit.meteredMWh, 1)} MWh metered, both directions
        counted. {reserveRevenue > 0 && <>{decimal(reserveRevenue, digits)} for reserves beside it. </>}
        {decimal(profit.intervals, 0)} unit intervals settled
        {profit.waiting > 0 && <>, {decimal(profit.waiting, 0)} waiting for a meter</>}.
      </p>
      <p class="note">
        Perfect foresight is the most these batteries could have made over the same intervals knowing every price: from
        the same state of charge, ending with no less.
      </p>
    </section>
  );
}

/** Null where even hindsight would have kept nothing. */
const partOf = (ours: number, best: number): number | null => (best > 0 ? ours / best : null);
