import { kW, kWh, Ms, MW } from "@penstock/protocol/units";
import { reservesOf } from "../control/services/reserves.ts";
import { nominalOf } from "../control/services/serve.ts";
import type { Service } from "../control/services/service.ts";
import { toService } from "./services-document.ts";
import type { SiteDocument } from "./site-document.ts";

type Say = (path: readonly (string | number)[], name: string, message: string) => void;

/** Contracts that are each well-formed and cannot be kept by this site. */
export function serviceContradictions(site: SiteDocument, say: Say): void {
  const contracts = site.services.map(toService);
  const names = new Set<string>();
  contracts.forEach((service, index) => {
    const place = (message: string) => say(["services", index], `services[${index}]`, message);
    if (names.has(service.name)) place(`is the second named "${service.name}"; give it a name of its own`);
    names.add(service.name);
    if (only(service, contracts, index)) place("is a second way to say what the site does; one is enough");
    if (!("rule" in service)) return;
    const { nominalHz } = service.rule;
    const first = nominalOf(contracts);
    if (nominalHz !== first)
      place(`counts on ${nominalHz} Hz, the first service on ${first} Hz: a site stands on one grid`);
    const slow = tooSlow(service, site);
    if (slow !== undefined) place(slow);
  });
  const short = beyondTheSite(contracts, site);
  if (short !== undefined) say(["services"], "services", short);
}

/** Of reactive services a site has one, and of the others that say where something has to be: two would pull at it. */
function only(service: Service, contracts: readonly Service[], index: number): boolean {
  const group = ONE_OF.find((types) => types.includes(service.type));
  return group !== undefined && contracts.slice(0, index).some(({ type }) => group.includes(type));
}

const ONE_OF: readonly (readonly Service["type"][])[] = [
  ["volt-var", "fixed-power-factor", "fixed-reactive"],
  ["volt-watt"],
  ["agc"],
  ["peak-shaving"],
  ["self-consumption"],
];

/** A reading may be a period old, the next cycle a period away, and then the site needs its own time. */
function tooSlow(service: Service, { control }: SiteDocument): string | undefined {
  if (!("rule" in service)) return undefined;
  const { max } = service.rule.response.delayMs;
  const neededMs = Ms(2 * control.periodMs + control.actuationMs);
  if (neededMs <= max) return undefined;
  return `must begin within ${max} ms and this site may need ${neededMs} ms: two periods of ${control.periodMs} ms and its actuation of ${control.actuationMs} ms`;
}

/** Capacity rule: what goes one way and what is kept for recovery from the other fits the rating; the energies fit the window. */
function beyondTheSite(contracts: readonly Service[], { units, control }: SiteDocument): string | undefined {
  const { out, in: into } = reservesOf(contracts);
  const sum = (of: (unit: SiteDocument["units"][number]) => number) =>
    units.reduce((total, unit) => total + of(unit), 0);
  const { connection, socWindow } = control;
  const sides = [
    ["discharge", out, kW(sum(({ rating }) => rating.dischargeKW)), MW(connection.exportLimitMW)],
    ["charge", into, kW(sum(({ rating }) => rating.chargeKW)), MW(connection.importLimitMW)],
  ] as const;
  for (const [way, reserve, ratedW, connectedW] of sides) {
    const heldW = reserve.powerW + reserve.recoveryW;
    const has = Math.min(ratedW, connectedW);
    if (heldW > has)
      return `hold back ${mega(heldW)} MW of ${way}, recovery included, and the site has ${mega(has)} MW`;
  }
  const usableWh = kWh(sum(({ rating }) => rating.capacityKWh)) * (socWindow.max - socWindow.min);
  const heldWh = out.energyWh + into.energyWh;
  if (heldWh > usableWh)
    return `hold back ${mega(heldWh)} MWh both ways, and the site's window has ${mega(usableWh)} MWh`;
  return undefined;
}

const mega = (value: number): string => (value / 1e6).toFixed(2);
