import {
  ALARM_PRIORITIES,
  type MarketDocument,
  SITE_STATES,
  type SiteDocument,
  type SummaryDocument,
} from "@penstock/protocol/fleet";
import type { ComponentChildren } from "preact";
import { alarmWords } from "./alarm-list.tsx";
import { Bar, PowerBar } from "./bars.tsx";
import { age, axisPower, clockTime, energy, money, percent, power, price, type Shown, signed } from "./format.ts";

interface TilesProps {
  readonly summary: SummaryDocument;
  readonly sites: readonly SiteDocument[];
  readonly market: MarketDocument | undefined;
}

/** The first five seconds: is anything wrong, and does it cost power or money. */
export function Tiles({ summary, sites, market }: TilesProps) {
  return (
    <section class="tiles" aria-label="Fleet at a glance">
      <PowerTile summary={summary} sites={sites} />
      <EnergyTile summary={summary} />
      <SitesTile summary={summary} />
      <AlarmsTile summary={summary} />
      {market !== undefined && <PriceTile market={market} />}
      {market !== undefined && <ProfitTile market={market} />}
    </section>
  );
}

function PowerTile({ summary, sites }: Omit<TilesProps, "market">) {
  const { batteryPowerW, awardPowerW, awardedBatteryPowerW } = summary;
  const online = sites.filter((site) => site.online);
  const sizeW = Math.max(
    ...[1, sum(online, (site) => site.chargeCapabilityW), sum(online, (site) => site.dischargeCapabilityW)],
    Math.abs(batteryPowerW),
    Math.abs(awardPowerW ?? 0),
  );
  const offW = awardPowerW === null || awardedBatteryPowerW === null ? null : awardedBatteryPowerW - awardPowerW;
  const isOff = offW !== null && Math.abs(offW) > Math.max(0.05 * Math.abs(awardPowerW ?? 0), 0.02 * sizeW);
  const instructed = power(awardPowerW, sizeW);
  const off = power(offW, sizeW);
  const limits = online.filter((site) => site.powerWMin !== null && site.powerWMax !== null);
  const leastW = sum(limits, (site) => site.powerWMin);
  const mostW = sum(limits, (site) => site.powerWMax);
  return (
    <Tile title="Fleet power" value={withSign(power(batteryPowerW, sizeW))}>
      <PowerBar powerW={batteryPowerW} targetW={awardPowerW} sizeW={sizeW} />
      {awardPowerW === null ? (
        <p>No award now</p>
      ) : (
        <p>
          Instructed {signed(instructed.text)} {instructed.unit}
          <br />
          <span class={isOff ? "is-warning" : ""}>
            Off by {signed(off.text)} {off.unit}
          </span>
        </p>
      )}
      {limits.length > 0 && (
        <p>
          Limits {axisPower(leastW, sizeW)} to {axisPower(mostW, sizeW)}
        </p>
      )}
    </Tile>
  );
}

function EnergyTile({ summary: { energyWh, capacityWh } }: Pick<TilesProps, "summary">) {
  const fraction = capacityWh > 0 ? energyWh / capacityWh : null;
  const capacity = energy(capacityWh, capacityWh);
  const room = energy(Math.max(0, capacityWh - energyWh), capacityWh);
  return (
    <Tile title="Energy stored" value={energy(energyWh, capacityWh)}>
      <Bar fraction={fraction} />
      <p>
        {percent(fraction)} of {capacity.text} {capacity.unit}
      </p>
      <p>
        Room to charge {room.text} {room.unit}
      </p>
    </Tile>
  );
}

function SitesTile({ summary }: Pick<TilesProps, "summary">) {
  const { sitesOnline, sitesTotal, sitesByState, unitsAvailable, unitsTotal, dataAgeMsMax } = summary;
  const states = SITE_STATES.filter((state) => sitesByState[state] > 0);
  return (
    <Tile
      title="Sites online"
      value={{ text: `${sitesOnline}`, unit: `of ${sitesTotal}` }}
      tone={sitesOnline < sitesTotal ? "bad" : ""}
    >
      <p class="state-counts">
        {states.map((state) => (
          <span key={state} class={`state state-${state}`}>
            {sitesByState[state]} {state}
          </span>
        ))}
      </p>
      <p>
        {unitsAvailable} of {unitsTotal} units
        {dataAgeMsMax !== null && (
          <span class={dataAgeMsMax > 10_000 ? "is-warning" : ""}>, data {ageText(dataAgeMsMax)}</span>
        )}
      </p>
    </Tile>
  );
}

function AlarmsTile({ summary: { openAlarms } }: Pick<TilesProps, "summary">) {
  const total = ALARM_PRIORITIES.reduce((all, priority) => all + openAlarms[priority], 0);
  const tone = openAlarms.high > 0 ? "bad" : openAlarms.medium > 0 ? "warning" : "";
  return (
    <Tile title="Open alarms" value={{ text: `${total}`, unit: "" }} tone={tone}>
      <p>{alarmWords(openAlarms)}</p>
    </Tile>
  );
}

function PriceTile({ market }: { readonly market: MarketDocument }) {
  const { pricePerMWh, currency, intervalStartMs, intervalEndMs, region, pricesGenerated } = market;
  return (
    <Tile title={`Price ${region}`} value={{ text: price(pricePerMWh), unit: `${currency}/MWh` }}>
      <p>
        {clockTime(intervalStartMs)} to {clockTime(intervalEndMs)} UTC
      </p>
      {pricePerMWh < 0 && <p>Negative: charging is paid</p>}
      <p>{pricesGenerated ? <span class="tag tag-strong">Generated prices</span> : market.pricesSource}</p>
    </Tile>
  );
}

function ProfitTile({ market: { profit, currency } }: { readonly market: MarketDocument }) {
  if (profit === null) {
    return (
      <Tile title="Revenue so far" value={money(null, currency)}>
        <p>Nothing settled yet</p>
      </Tile>
    );
  }
  const possible = money(profit.perfectForesightRevenue, currency);
  return (
    <Tile title="Revenue so far" value={money(profit.revenue, currency)} tone={profit.revenue < 0 ? "warning" : ""}>
      <Bar fraction={profit.share} />
      <p>
        {profit.share === null ? "" : `${percent(profit.share)} of `}
        {possible.text} with perfect foresight
      </p>
    </Tile>
  );
}

interface TileProps {
  readonly title: string;
  readonly value: Shown;
  readonly tone?: "" | "warning" | "bad";
  readonly children: ComponentChildren;
}

function Tile({ title, value, tone = "", children }: TileProps) {
  return (
    <article class={`tile ${tone === "" ? "" : `is-${tone}`}`}>
      <h2>{title}</h2>
      <p class="tile-value">
        {value.text} <span>{value.unit}</span>
      </p>
      {children}
    </article>
  );
}

const withSign = (shown: Shown): Shown => ({ ...shown, text: signed(shown.text) });

const ageText = (ageMs: number): string => (ageMs < 1500 ? "fresh" : `${age(ageMs)} old`);

const sum = (sites: readonly SiteDocument[], read: (site: SiteDocument) => number | null): number =>
  sites.reduce((total, site) => total + (read(site) ?? 0), 0);
