import type { MarketDocument } from "@penstock/protocol/fleet";
import { useMemo } from "preact/hooks";
import { clockTime, dayAndTime, decimal, price } from "./format.ts";
import { Panel } from "./panel.tsx";
import { type ChartSeries, TimeChart } from "./time-chart.tsx";

const series: readonly ChartSeries[] = [{ label: "Price", colour: "ink", isStepped: true }];

/** A price beyond this many times the ordinary one would flatten all others on a straight scale. */
const spikeAt = 600;

export function PricePanel({ market }: { readonly market: MarketDocument }) {
  const { recentPrices, currency, region, intervalEndMs, pricesGenerated } = market;
  const columns = useMemo(() => {
    const last = recentPrices.at(-1);
    // The last price holds to the end of its interval.
    const points =
      last === undefined ? [] : [...recentPrices, { startMs: intervalEndMs, pricePerMWh: last.pricePerMWh }];
    return [points.map(({ startMs }) => startMs), points.map(({ pricePerMWh }) => pricePerMWh)];
  }, [recentPrices, intervalEndMs]);
  const hasSpike = recentPrices.some(({ pricePerMWh }) => Math.abs(pricePerMWh) > spikeAt);
  return (
    <Panel
      title={
        <>
          Price{" "}
          <span>
            {region}, {currency}/MWh, market time UTC{hasSpike ? ", compressed scale" : ""}
          </span>
        </>
      }
      label="Price"
      note={pricesGenerated && <span class="tag tag-strong">Generated prices</span>}
      chart={
        <TimeChart
          series={series}
          columns={columns}
          heightPx={190}
          showTick={(value) => decimal(value, 0)}
          showValue={(value) => `${price(value)} ${currency}/MWh`}
          spanMin={50}
          {...(hasSpike && { linearUpTo: 100 })}
        />
      }
      table={() => (
        <table>
          <thead>
            <tr>
              <th scope="col">From, UTC</th>
              <th scope="col">{currency}/MWh</th>
            </tr>
          </thead>
          <tbody>
            {[...recentPrices].reverse().map(({ startMs, pricePerMWh }) => (
              <tr key={startMs}>
                <th scope="row" title={dayAndTime(startMs)}>
                  {clockTime(startMs)}
                </th>
                <td>{price(pricePerMWh)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    />
  );
}
