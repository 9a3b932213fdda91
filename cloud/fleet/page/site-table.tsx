import type { SiteDocument } from "@penstock/protocol/fleet";
import { Bar, PowerBar } from "./bars.tsx";
import { age, clockTime, percent, power, signed } from "./format.ts";

interface SiteTableProps {
  readonly sites: readonly SiteDocument[];
  readonly selectedId: string | undefined;
  readonly onSelect: (siteId: string) => void;
  readonly nowMs: number;
}

/** Worst first. */
export function SiteTable({ sites, selectedId, onSelect, nowMs }: SiteTableProps) {
  return (
    <section class="panel" aria-label="Sites">
      <table class="sites">
        <thead>
          <tr>
            <th scope="col">Site</th>
            <th scope="col">Battery power</th>
            <th scope="col">State of charge</th>
            <th scope="col">Following</th>
            <th scope="col" class="number">
              Units
            </th>
            <th scope="col" class="number">
              Data
            </th>
          </tr>
        </thead>
        <tbody>
          {sites.map((site) => (
            <SiteRow
              key={site.siteId}
              site={site}
              isSelected={site.siteId === selectedId}
              onSelect={onSelect}
              nowMs={nowMs}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface SiteRowProps {
  readonly site: SiteDocument;
  readonly isSelected: boolean;
  readonly onSelect: (siteId: string) => void;
  readonly nowMs: number;
}

function SiteRow({ site, isSelected, onSelect, nowMs }: SiteRowProps) {
  const {
    siteId,
    state,
    online,
    batteryPowerW,
    targetPowerW,
    soc,
    unitsAvailable,
    unitsTotal,
    receivedAtMs,
    completeUpToMs,
  } = site;
  const sizeW = powerSizeOf(site);
  const shown = power(batteryPowerW, sizeW);
  const target = power(targetPowerW, sizeW);
  const grid = power(site.gridPowerW, sizeW);
  const ageMs = receivedAtMs === null ? null : nowMs - receivedAtMs;
  const isCatchingUp = completeUpToMs !== null && nowMs - completeUpToMs > catchingUpAfterMs;
  const isStale = !online || ageMs === null || ageMs > staleAfterMs;
  return (
    <tr class={`${isSelected ? "is-selected" : ""} ${isStale ? "is-stale" : ""}`}>
      <th scope="row">
        <button type="button" class="site-name" aria-pressed={isSelected} onClick={() => onSelect(siteId)}>
          {site.name}
        </button>
        <span class={`state state-${state}`}>{state}</span>
      </th>
      <td class="cell-power">
        <span class="figure">
          {signed(shown.text)} <small>{shown.unit}</small>
        </span>
        <PowerBar
          powerW={batteryPowerW}
          targetW={targetPowerW}
          sizeW={sizeW}
          room={{ minW: site.powerWMin, maxW: site.powerWMax }}
        />
        <span class="because">
          target {signed(target.text)} {target.unit}, grid {signed(grid.text)} {grid.unit}
        </span>
      </td>
      <td class="cell-soc">
        <span class="figure">{percent(soc)}</span>
        <Bar fraction={soc} />
      </td>
      <td class="cell-why">
        <Following site={site} sizeW={sizeW} />
      </td>
      <td
        class={`number cell-units ${unitsAvailable !== null && unitsTotal !== null && unitsAvailable < unitsTotal ? "is-warning" : ""}`}
      >
        {unitsAvailable ?? "–"}/{unitsTotal ?? "–"}
      </td>
      <td class={`number cell-age ${isStale ? "is-warning" : ""}`}>
        {age(ageMs)}
        {isStale && ageMs !== null && " old"}
        {isCatchingUp && <span class="because">history to {clockTime(completeUpToMs)}</span>}
      </td>
    </tr>
  );
}

interface FollowingProps {
  readonly site: SiteDocument;
  readonly sizeW: number;
}

function Following({ site: { source, because, wishPowerW, online }, sizeW }: FollowingProps) {
  if (!online) return <span>not heard</span>;
  const wish = power(wishPowerW, sizeW);
  return (
    <>
      <span>
        {source ?? "unknown"}
        {wishPowerW !== null && ` ${signed(wish.text)} ${wish.unit}`}
      </span>
      {because.length > 0 && <span class="because">held by {because.join(", ")}</span>}
    </>
  );
}

/** What either end of a site's power bar stands for. */
export const powerSizeOf = (site: SiteDocument): number =>
  Math.max(
    1,
    ...[
      site.chargeCapabilityW,
      site.dischargeCapabilityW,
      site.batteryPowerW,
      site.targetPowerW,
      site.powerWMin,
      site.powerWMax,
    ].map((valueW) => Math.abs(valueW ?? 0)),
  );

const staleAfterMs = 10_000;
/** Live data comes first after an outage; what was stored meanwhile follows. */
const catchingUpAfterMs = 120_000;
