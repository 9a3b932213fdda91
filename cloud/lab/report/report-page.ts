import type { Battery } from "../../optimise/battery.ts";
import type { PriceQuantityCurve } from "../../strategies/price-quantity-curve.ts";
import type { IntervalBacktestResult } from "../interval-backtest/backtest-intervals.ts";
import type { MarketTable } from "../interval-backtest/market-table.ts";
import type { Run } from "../interval-backtest/run-trader.ts";
import { dailySums, type Score } from "../interval-backtest/score.ts";
import { type ResampledWeeks, resampledWeeks } from "./bootstrap.ts";
import { type Axis, escaped, fanChart, lineChart, roundAxis, shortNumber, stackChart } from "./charts.ts";
import { PAGE_STYLE } from "./page-style.ts";

export interface Report {
  readonly market: string;
  readonly strategy: string;
  readonly table: MarketTable;
  readonly battery: Battery;
  readonly from: number;
  readonly result: ReportedResult;
  /** Curves as offered, by interval of the table; some intervals are enough. */
  readonly curves: ReadonlyMap<number, PriceQuantityCurve>;
}

/** What a page tells of a backtest; one of an auction learns no models week by week. */
export type ReportedResult = Score &
  Pick<IntervalBacktestResult, "intervals" | "baselines" | "hindsight"> &
  Partial<Omit<IntervalBacktestResult, "run">> & { readonly run: Pick<Run, "profit" | "soc"> & Partial<Run> };

/** A backtest as one HTML page that needs nothing else: what was kept of hindsight, when, and how it was bid. */
export function reportPage(report: Report): string {
  const { market, strategy, table, result, from } = report;
  const perDay = Math.round(86_400_000 / table.intervalMs);
  const dateAt = (index: number): string => localIso(table, index).slice(0, 10);
  const profitByDay = dailySums(result.run.profit, perDay);
  const hindsightByDay = dailySums(result.hindsight, perDay);
  const range = resampledWeeks(profitByDay, hindsightByDay, "report");
  const title = `${strategy} on ${table.source}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>${PAGE_STYLE}</style></head><body><main>
<h1>${escaped(title)}</h1>
<p class="under">${escaped(market)}, ${dateAt(from)} to ${dateAt(from + result.intervals - 1)}, ${result.intervals} intervals; ${batteryWords(report.battery)}. Money is after wear. Perfect foresight is the best schedule for the prices that came, worked out exactly.</p>
${tiles(result, range)}
${scoreTable(strategy, result)}
${moneyChart(profitByDay, hindsightByDay, (day) => dateAt(from + day * perDay))}
${storeChart(report, perDay)}
${stackSection(report, profitByDay, perDay, dateAt)}
${dayTable(profitByDay, hindsightByDay, (day) => dateAt(from + day * perDay))}
</main></body></html>
`;
}

const localIso = (table: MarketTable, index: number): string =>
  new Date(table.startMs + table.utcOffsetMs + index * table.intervalMs).toISOString();

const batteryWords = ({
  powerWMaxDischarge,
  capacityWh,
  efficiencyCharge,
  efficiencyDischarge,
  costPerMWh,
}: Battery): string =>
  `${shortNumber(powerWMaxDischarge / 1e6)} MW, ${shortNumber(capacityWh / 1e6)} MWh, ${(efficiencyCharge * efficiencyDischarge * 100).toFixed(1)} % there and back, ${costPerMWh} per MWh discharged`;

const share = (value: number | null): string => (value === null ? "–" : `${(value * 100).toFixed(1)} %`);
const money = (value: number): string => Math.round(value).toLocaleString("en-GB");

function tiles(result: ReportedResult, { capture, profit }: ResampledWeeks): string {
  const tile = (name: string, value: string, under: string): string =>
    `<div class="tile"><span>${name}</span><b>${value}</b><small>${under}</small></div>`;
  const of90 = "in 90 % of resampled weeks";
  const interval = capture === null ? "" : `${share(capture[0])} to ${share(capture[1])} ${of90}`;
  const earned = `of ${money(result.perfectForesightProfit)}; ${shortNumber(profit[0])} to ${shortNumber(profit[1])} ${of90}`;
  return `<section class="tiles">${tile("capture", share(result.capture), interval)}${tile("without the top 10 days", share(result.captureWithoutTop10Days), "days on which hindsight earned most")}${tile("profit", money(result.profit), earned)}${tile("cycles a day", result.cyclesPerDay.toFixed(2), result.models === undefined ? "" : `${result.models} models learned`)}</section>`;
}

function scoreTable(strategy: string, result: ReportedResult): string {
  const row = (name: string, score: Score): string =>
    `<tr><td>${escaped(name)}</td><td>${money(score.profit)}</td><td>${share(score.capture)}</td><td>${share(score.captureWithoutTop10Days)}</td><td>${score.cyclesPerDay.toFixed(2)}</td></tr>`;
  const rows = [row(strategy, result), ...Object.entries(result.baselines).map(([name, score]) => row(name, score))];
  return `<table><thead><tr><th>strategy</th><th>profit</th><th>capture</th><th>without top 10 days</th><th>cycles a day</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function moneyChart(profit: Float64Array, hindsight: Float64Array, dateOf: (day: number) => string): string {
  const running = (values: Float64Array): Float64Array => {
    let sum = 0;
    return values.map((value) => {
      sum += value;
      return sum;
    });
  };
  const own = running(profit);
  const best = running(hindsight);
  const lines = [
    { name: "perfect foresight", values: best, tone: "best" },
    { name: "profit", values: own, tone: "own" },
  ];
  const y = roundAxis(Math.min(0, ...own), Math.max(1, ...best));
  return lineChart("Money so far", lines, dayAxis(profit.length, dateOf), y);
}

function dayAxis(days: number, dateOf: (day: number) => string): Axis {
  const count = Math.min(6, days);
  const ticks = Array.from({ length: count }, (_, index) => {
    const day = Math.floor(((index + 0.5) * days) / count);
    return { at: day, text: dateOf(day) };
  });
  return { from: 0, to: Math.max(1, days - 1), ticks };
}

/** How full the store is at each half hour of the market's day. */
function storeChart({ table, result, from }: Report, perDay: number): string {
  const slots = Math.min(48, perDay);
  const bySlot = Array.from({ length: slots }, () => [] as number[]);
  for (let at = 0; at < result.intervals; at++) {
    const localMs = table.startMs + table.utcOffsetMs + (from + at) * table.intervalMs;
    const slot = Math.floor((((localMs % 86_400_000) + 86_400_000) % 86_400_000) / (86_400_000 / slots));
    bySlot[slot]?.push((result.run.soc[at] as number) * 100);
  }
  for (const each of bySlot) each.sort((a, b) => a - b);
  const at = (part: number): number[] =>
    bySlot.map((each) => each[Math.min(each.length - 1, Math.floor(part * each.length))] ?? 0);
  const bands = [
    { name: "80 % of days", tone: "fan wide", low: at(0.1), high: at(0.9) },
    { name: "half of days", tone: "fan half", low: at(0.25), high: at(0.75) },
  ];
  const x = hourAxis(slots);
  const y: Axis = { from: 0, to: 100, ticks: [0, 25, 50, 75, 100].map((value) => ({ at: value, text: `${value} %` })) };
  return fanChart("State of charge by time of day", bands, at(0.5), x, y);
}

const hourAxis = (slots: number): Axis => ({
  from: 0,
  to: slots - 1,
  ticks: [0, 4, 8, 12, 16, 20].map((hour) => ({
    at: (hour * slots) / 24,
    text: `${String(hour).padStart(2, "0")}:00`,
  })),
});

const STACK_PRICE_MIN = -100;
const STACK_PRICE_MAX = 400;

/** The curves of an ordinary day: at which prices it buys and sells, the more power the darker, and what cleared. */
function stackSection(
  { curves, from, table, result, battery }: Report,
  profitByDay: Float64Array,
  perDay: number,
  dateAt: (index: number) => string,
): string {
  const ordinary = [...profitByDay.keys()].sort((a, b) => (profitByDay[a] as number) - (profitByDay[b] as number));
  const day = ordinary[Math.floor(ordinary.length / 2)] ?? 0;
  const first = from + day * perDay;
  const offered = [...curves].filter(([index]) => index >= first && index < first + perDay).sort(([a], [b]) => a - b);
  if (offered.length === 0) return "";
  const columns = offered.map(([index, curve]) => {
    const clock = localIso(table, index).slice(11, 16);
    const price = table.prices[index] as number;
    const cleared = { from: price - 2, to: price + 2, tone: "price", text: `${clock}: cleared at ${price.toFixed(2)}` };
    return [...stackOf(curve, battery, clock), cleared];
  });
  const names = [
    { name: "buys", tone: "buy" },
    { name: "sells", tone: "sell" },
    { name: "cleared price", tone: "price" },
  ];
  const x: Axis = {
    from: 0,
    to: columns.length,
    ticks: hourAxis(columns.length).ticks,
  };
  const y = roundAxis(STACK_PRICE_MIN, STACK_PRICE_MAX, 5);
  const earned = money(profitByDay[day] ?? 0);
  return stackChart(
    `Bids of an ordinary day, ${dateAt(first)}, which earned ${earned} of ${money(dailySums(result.hindsight, perDay)[day] ?? 0)}`,
    columns,
    names,
    x,
    y,
  );
}

/** A curve as pieces of price, each with the power it asks for there. */
function stackOf({ powerWAtFloor, steps }: PriceQuantityCurve, battery: Battery, clock: string) {
  const levels = [{ pricePerMWh: STACK_PRICE_MIN, powerW: powerWAtFloor as number }, ...steps];
  return levels.flatMap(({ pricePerMWh, powerW }, index) => {
    const from = Math.max(STACK_PRICE_MIN, pricePerMWh);
    const to = Math.min(STACK_PRICE_MAX, levels[index + 1]?.pricePerMWh ?? STACK_PRICE_MAX);
    if (powerW === 0 || !(to > from)) return [];
    const most = powerW < 0 ? battery.powerWMaxCharge : battery.powerWMaxDischarge;
    const megawatts = shortNumber(Math.abs(powerW) / 1e6);
    const text = `${clock}: ${powerW < 0 ? "buys" : "sells"} ${megawatts} MW from ${from.toFixed(2)} to ${to.toFixed(2)}`;
    return [{ from, to, tone: powerW < 0 ? "buy" : "sell", depth: Math.min(1, Math.abs(powerW) / most), text }];
  });
}

function dayTable(profit: Float64Array, hindsight: Float64Array, dateOf: (day: number) => string): string {
  const top = [...hindsight.keys()].sort((a, b) => (hindsight[b] as number) - (hindsight[a] as number)).slice(0, 10);
  const rows = top.map((day) => {
    const [own, best] = [profit[day] as number, hindsight[day] as number];
    return `<tr><td>${dateOf(day)}</td><td>${money(own)}</td><td>${money(best)}</td><td>${share(best > 0 ? own / best : null)}</td></tr>`;
  });
  return `<h2>The ten days that mattered most</h2><p class="under">What was stored the day before counts where it is sold, so one day may keep more than hindsight earned on it.</p><table><thead><tr><th>day</th><th>profit</th><th>perfect foresight</th><th>capture</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}
