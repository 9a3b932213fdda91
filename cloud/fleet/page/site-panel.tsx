import type { SiteDocument, SiteHistoryDocument } from "@penstock/protocol/fleet";
import { useMemo } from "preact/hooks";
import { axisPower, clockTimeS, percent, power, signed } from "./format.ts";
import { Panel } from "./panel.tsx";
import { powerSizeOf } from "./site-table.tsx";
import { type ChartSeries, TimeChart } from "./time-chart.tsx";
import { useHistory } from "./use-history.ts";

const series: readonly ChartSeries[] = [
  { label: "Target", colour: "dim", isDashed: true },
  { label: "Grid", colour: "second", widthPx: 1.25 },
  { label: "Battery", colour: "accent", widthPx: 2 },
];

const socSeries: readonly ChartSeries[] = [{ label: "State of charge", colour: "ink" }];

/** One site, live: power at the grid, at the battery and aimed at; below it what that does to the charge. */
export function SitePanel({ site, atMs }: { readonly site: SiteDocument; readonly atMs: number }) {
  const history = useHistory(site, atMs);
  const sizeW = powerSizeOf(site);
  const powers = useMemo(
    () =>
      history === undefined
        ? [[], [], [], []]
        : [history.timeMs, history.targetPowerW, history.gridPowerW, history.batteryPowerW],
    [history],
  );
  const socs = useMemo(() => (history === undefined ? [[], []] : [history.timeMs, history.soc]), [history]);
  const show = (valueW: number) => {
    const { text, unit } = power(valueW, sizeW);
    return `${signed(text)} ${unit}`;
  };
  return (
    <Panel
      title={
        <>
          {site.name} <span>power, UTC</span>
        </>
      }
      label={`${site.name} power`}
      note={<Legend site={site} sizeW={sizeW} />}
      chart={
        <>
          <TimeChart
            series={series}
            columns={powers}
            heightPx={250}
            showTick={(valueW) => axisPower(valueW, sizeW)}
            showValue={show}
            spanMin={0.2 * sizeW}
            withSeconds
            pointWith={site.siteId}
          />
          <h3 class="chart-title">State of charge</h3>
          <TimeChart
            series={socSeries}
            columns={socs}
            heightPx={120}
            showTick={(soc) => percent(soc)}
            showValue={(soc) => percent(soc, 1)}
            spanMin={1}
            withSeconds
            pointWith={site.siteId}
          />
        </>
      }
      table={() => <HistoryTable history={history} sizeW={sizeW} />}
    />
  );
}

function Legend({ site, sizeW }: { readonly site: SiteDocument; readonly sizeW: number }) {
  const { online } = site;
  // What is not heard has no value now; the table of sites shows the last one, with its age.
  const values = {
    Target: online ? site.targetPowerW : null,
    Grid: online ? site.gridPowerW : null,
    Battery: online ? site.batteryPowerW : null,
  };
  return (
    <ul class="legend">
      {series.map(({ label, colour, isDashed }) => {
        const shown = power(values[label as keyof typeof values], sizeW);
        return (
          <li key={label} class={`key key-${colour} ${isDashed ? "key-dashed" : ""}`}>
            {label}{" "}
            <b>
              {signed(shown.text)} {shown.unit}
            </b>
          </li>
        );
      })}
    </ul>
  );
}

/** Every tenth second, newest first. */
function HistoryTable({
  history,
  sizeW,
}: {
  readonly history: SiteHistoryDocument | undefined;
  readonly sizeW: number;
}) {
  const rows = [...(history?.timeMs.keys() ?? [])]
    .filter((index, _, all) => (all.length - 1 - index) % 10 === 0)
    .reverse();
  const unit = power(0, sizeW).unit;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">UTC</th>
          <th scope="col">Target {unit}</th>
          <th scope="col">Grid {unit}</th>
          <th scope="col">Battery {unit}</th>
          <th scope="col">State of charge</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((index) => (
          <tr key={index}>
            <th scope="row">{clockTimeS(history?.timeMs[index] ?? 0)}</th>
            <td>{power(history?.targetPowerW[index] ?? null, sizeW).text}</td>
            <td>{power(history?.gridPowerW[index] ?? null, sizeW).text}</td>
            <td>{power(history?.batteryPowerW[index] ?? null, sizeW).text}</td>
            <td>{percent(history?.soc[index] ?? null, 1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
