import { energyWh, type Ms, W, Wh } from "@penstock/protocol/units";
import type { EnergyRule } from "./rule.ts";
import type { CurveService, Service, SwitchedService } from "./service.ts";

/** What a site's contracts hold back one way, out or in. */
export interface Reserve {
  readonly powerW: W;
  /** In store for what goes out, as room for what comes in: Σ MW × duration (NESO: response energy volume). */
  readonly energyWh: Wh;
  /** The part of it that is required half hour by half hour, less what the response has used. */
  readonly byPeriodWh: Wh;
  /** Of the contracts the other way: what must stay free this way to win their energy back. */
  readonly recoveryW: W;
}

export interface Reserves {
  readonly out: Reserve;
  readonly in: Reserve;
  /** Sites stand in one market: the first rule that names one names it for all. */
  readonly energyRule: EnergyRule | undefined;
}

/**
 * What the contracts of a site hold back in sum; of one family the greatest, because it is the same megawatts. A rule
 * without a duration (a droop: an obligation while there is room) holds nothing back.
 */
export function reservesOf(contracts: readonly Service[]): Reserves {
  const known = derived.get(contracts);
  if (known !== undefined) return known;
  const out = sumUp(contracts.flatMap((service) => demandOf(service, "out")));
  const into = sumUp(contracts.flatMap((service) => demandOf(service, "in")));
  const reserves: Reserves = {
    out: { ...out, recoveryW: into.recoveryW },
    in: { ...into, recoveryW: out.recoveryW },
    energyRule: contracts.map(energyRuleOf).find((rule) => rule !== undefined),
  };
  derived.set(contracts, reserves);
  return reserves;
}

/** Contracts do not change while a site runs: what they come to is derived once. */
const derived = new WeakMap<readonly Service[], Reserves>();

interface Demand {
  readonly family: string | undefined;
  readonly powerW: number;
  readonly energyWh: number;
  readonly byPeriodWh: number;
  readonly recoveryW: number;
}

function demandOf(service: Service, way: "out" | "in"): Demand[] {
  if (service.type === "agc") return [demand(undefined, service.contractedW, service.durationMs, 0, false)];
  if (service.type !== "curve" && service.type !== "switched") return [];
  const { rule, contractedW } = service;
  if (rule.durationMs === 0 || !goes(service, way)) return [];
  return [demand(rule.family, contractedW, rule.durationMs, rule.recovery, energyRuleOf(service) !== undefined)];
}

function demand(family: string | undefined, powerW: W, durationMs: Ms, recovery: number, isByPeriod: boolean): Demand {
  const heldWh = energyWh(powerW, durationMs);
  return { family, powerW, energyWh: heldWh, byPeriodWh: isByPeriod ? heldWh : 0, recoveryW: powerW * recovery };
}

export const energyRuleOf = (service: Service): EnergyRule | undefined =>
  service.type === "curve" ? service.rule.energy : undefined;

/** Whether a service can send power that way at all. */
function goes(service: CurveService | SwitchedService, way: "out" | "in"): boolean {
  if (service.type === "switched") return service.rule.triggerHz < 0 === (way === "out");
  const { curve } = service.rule;
  return way === "out" ? (curve[0]?.[1] ?? 0) > 0 : (curve.at(-1)?.[1] ?? 0) < 0;
}

function sumUp(demands: readonly Demand[]): Reserve {
  const greatest = new Map<unknown, Demand>();
  for (const one of demands) {
    const key = one.family ?? one;
    const other = greatest.get(key);
    greatest.set(key, other === undefined ? one : larger(one, other));
  }
  let [powerW, energy, byPeriod, recoveryW] = [0, 0, 0, 0];
  for (const one of greatest.values()) {
    powerW += one.powerW;
    energy += one.energyWh;
    byPeriod += one.byPeriodWh;
    recoveryW += one.recoveryW;
  }
  return { powerW: W(powerW), energyWh: Wh(energy), byPeriodWh: Wh(byPeriod), recoveryW: W(recoveryW) };
}

const larger = (a: Demand, b: Demand): Demand => ({
  family: a.family,
  powerW: Math.max(a.powerW, b.powerW),
  energyWh: Math.max(a.energyWh, b.energyWh),
  byPeriodWh: Math.max(a.byPeriodWh, b.byPeriodWh),
  recoveryW: Math.max(a.recoveryW, b.recoveryW),
});
