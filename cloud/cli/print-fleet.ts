import {
  ALARM_PRIORITIES,
  type AlarmDocument,
  type BidDocument,
  type BidStepDocument,
  type MarketDocument,
  SITE_STATES,
  type SiteDocument,
  type SummaryDocument,
} from "@penstock/protocol/fleet";
import type { UtcMs } from "@penstock/protocol/units";
import { instantText } from "../desk/bid-record.ts";
import { age, energy, type Paint, percent, plainText, power, price, signNote, table, timeOf } from "./words.ts";

export function printSummary(summary: SummaryDocument, paint: Paint): readonly string[] {
  const states = SITE_STATES.filter((state) => summary.sitesByState[state] > 0);
  const alarms = ALARM_PRIORITIES.filter((priority) => summary.openAlarms[priority] > 0);
  const { stored, missing, redelivered, quarantined } = summary.records;
  return [
    `${paint.bold(power(summary.batteryPowerW))} from batteries, ${power(summary.gridPowerW)} at the grid${paint.dim(`   ${signNote}`)}`,
    summary.awardPowerW === null
      ? "no award now"
      : `instructed ${power(summary.awardPowerW)}, delivered ${power(summary.awardedBatteryPowerW)} by the sites with an award`,
    `${energy(summary.energyWh)} stored of ${energy(summary.capacityWh)}`,
    `${summary.sitesOnline} of ${summary.sitesTotal} sites online: ${states.map((state) => `${summary.sitesByState[state]} ${state}`).join(", ")}`,
    alarms.length === 0
      ? "no open alarms"
      : paint.bad(`open alarms: ${alarms.map((priority) => `${summary.openAlarms[priority]} ${priority}`).join(", ")}`),
    `records: ${stored} stored, ${missing} missing, ${redelivered} came twice and count once, ${quarantined} in quarantine`,
  ];
}

export function printSites(sites: readonly SiteDocument[], atMs: number, paint: Paint): readonly string[] {
  const rows = sites.map((site) => [
    plainText(site.name),
    site.state,
    power(site.batteryPowerW),
    power(site.targetPowerW),
    power(site.gridPowerW),
    percent(site.soc),
    `${site.unitsAvailable ?? "-"}/${site.unitsTotal ?? "-"}`,
    site.receivedAtMs === null ? "never" : age(atMs - site.receivedAtMs),
    plainText([site.online ? (site.source ?? "-") : "not heard", ...site.because].join(", ")),
  ]);
  const [head = "", ...lines] = table(
    ["site", "state", ">battery", ">target", ">grid", ">charge", ">units", ">data", "following, held by"],
    rows,
  );
  return [
    paint.dim(head),
    ...lines.map((line, index) => tinted(line, sites[index]?.state, paint)),
    paint.dim(signNote),
  ];
}

export function printMarkets(markets: readonly Omit<MarketDocument, "bids">[], paint: Paint): readonly string[] {
  if (markets.length === 0) return ["no market yet"];
  return markets.flatMap((market) => {
    const { marketId, region, pricePerMWh, currency, profit } = market;
    const span = `${timeOf(market.intervalStartMs)} to ${timeOf(market.intervalEndMs)} UTC`;
    const last = market.recentPrices.slice(-12).map((point) => price(point.pricePerMWh));
    const source = market.pricesGenerated ? paint.warning("GENERATED PRICES") : plainText(market.pricesSource);
    return [
      `${paint.bold(`${marketId} ${region}`)}  ${price(pricePerMWh)} ${currency}/MWh  ${span}  ${source}`,
      `last ${last.length} prices: ${last.join("  ")}`,
      ...(profit === null ? ["nothing settled yet"] : profitLines(profit)),
    ];
  });
}

export function printBids(bids: readonly BidDocument[], paint: Paint): readonly string[] {
  if (bids.length === 0) return ["no bids for this interval or later ones"];
  return bids.flatMap((bid) => {
    const award = bid.awardPowerW === null ? "" : `  awarded ${power(bid.awardPowerW)}`;
    const product = bid.product === undefined ? "" : `  ${bid.product}`;
    const state = bid.state === "refused" || bid.state === "lapsed" ? paint.warning(bid.state) : bid.state;
    return [
      `${paint.bold(bid.unitId)}${product}  ${timeOf(bid.intervalStartMs)} UTC  version ${bid.bidVersion}  ${state}  gate ${bid.gate}${award}`,
      ...table(
        bid.product === undefined
          ? [">price per MWh", ">MW"]
          : ["service", ">price per MW h", ">MW", ">enabled MW", ">at"],
        bid.steps.map((step) => (bid.product === undefined ? energyRow(step) : reserveRow(step, bid.enabled ?? null))),
      ).map((line) => `  ${line}`),
      ...bid.refusals.map((rule) => paint.warning(`  refused by ${plainText(rule)}`)),
      paint.dim(`  ${plainText(bid.because)}`),
      paint.dim(`  fleetctl why-bid ${bid.unitId}.${instantText(bid.intervalStartMs as UtcMs)}.v${bid.bidVersion}`),
    ];
  });
}

const energyRow = ({ pricePerMWh, volumeMW }: BidStepDocument): string[] => [
  price(pricePerMWh),
  `${volumeMW > 0 ? "+" : ""}${volumeMW}`,
];

function reserveRow(
  { product = "", pricePerMWh, volumeMW }: BidStepDocument,
  enabled: BidDocument["enabled"],
): string[] {
  const got = enabled?.find((each) => each.product === product);
  const cleared =
    enabled === null || enabled === undefined
      ? ["", ""]
      : [String((got?.enabledW ?? 0) / 1e6), got === undefined ? "" : price(got.pricePerMWh)];
  return [plainText(product), price(pricePerMWh), String(volumeMW), ...cleared];
}

export function printAlarms(alarms: readonly AlarmDocument[], atMs: number, paint: Paint): readonly string[] {
  if (alarms.length === 0) return ["no open alarms"];
  return alarms.flatMap((alarm) => {
    const place = [alarm.siteId ?? "cloud", ...(alarm.device === null ? [] : [alarm.device])].join(" / ");
    const tint = alarm.priority === "high" ? paint.bad : alarm.priority === "medium" ? paint.warning : paint.dim;
    const hides = alarm.hides > 0 ? `, explains ${alarm.hides} more` : "";
    return [
      `${tint(alarm.priority.padEnd(6))}  ${age(atMs - alarm.sinceMs).padStart(6)}  ${plainText(place)}: ${plainText(alarm.text)} (${plainText(alarm.code)}${hides})`,
      ...(alarm.action === null ? [] : [paint.dim(`                ${alarm.action}`)]),
    ];
  });
}

function profitLines(profit: NonNullable<MarketDocument["profit"]>): readonly string[] {
  const { currency, revenue, perfectForesightRevenue, share, cost, intervals, meteredMWh, dispatchedMWh } = profit;
  const { reserveRevenue = 0 } = profit;
  const ready = reserveRevenue > 0 ? `; ${reserveRevenue.toFixed(2)} for reserves` : "";
  return [
    `revenue ${revenue.toFixed(2)} ${currency}, ${percent(share)} of the ${perfectForesightRevenue.toFixed(2)} perfect foresight would have had; wear ${cost.toFixed(2)}${ready}`,
    `${intervals} unit intervals settled, ${dispatchedMWh.toFixed(2)} MWh dispatched, ${meteredMWh.toFixed(2)} MWh metered`,
  ];
}

function tinted(line: string, state: SiteDocument["state"] | undefined, paint: Paint): string {
  if (state === "offline" || state === "alarm") return paint.bad(line);
  return state === "limited" ? paint.warning(line) : line;
}
