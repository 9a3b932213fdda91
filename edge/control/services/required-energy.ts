import { energyWh, type Ms, type UtcMs, W, Wh } from "@penstock/protocol/units";
import type { CoreState } from "../core-state.ts";
import type { SiteImage } from "../image.ts";
import type { CoreAlarm, ServiceLine } from "../step-types.ts";
import { fastPart } from "./add-services.ts";
import {
  advanceEnergy,
  type BothWaysWh,
  type EnergyAccount,
  type EnergyBlock,
  recoveriesAhead,
  requiredNowWh,
} from "./energy-by-half-hour.ts";
import { energyRuleOf, reservesOf } from "./reserves.ts";
import type { EnergyRule } from "./rule.ts";
import type { Push } from "./serve.ts";
import type { Service } from "./service.ts";
import { energyInWords } from "./shortages.ts";

/** What contracts require in store (out) and free (in) at this moment. */
export interface RequiredEnergy extends BothWaysWh {
  /** The account it follows from; undefined where no contract has one. */
  readonly block: EnergyBlock | undefined;
}

/** The whole of power × duration, but where a market takes back what its response has used. */
export function requiredEnergy(
  contracts: readonly Service[],
  state: CoreState,
  image: SiteImage,
  elapsedMs: Ms,
): RequiredEnergy {
  const { out, in: into, energyRule } = reservesOf(contracts);
  if (energyRule === undefined) return { outWh: out.energyWh, inWh: into.energyWh, block: undefined };
  const volume = { outWh: out.byPeriodWh, inWh: into.byPeriodWh };
  const delivered = deliveredSince(state, image, elapsedMs);
  const block = advanceEnergy(state.services.energy, volume, delivered, energyRule, image.nowMs);
  return {
    outWh: Wh(out.energyWh - out.byPeriodWh + requiredNowWh(block.out)),
    inWh: Wh(into.energyWh - into.byPeriodWh + requiredNowWh(block.in)),
    block,
  };
}

/** What the lines of services with an energy account come to: the next cycle counts it as delivered, as far as it was. */
export function countedPower(contracts: readonly Service[], lines: readonly ServiceLine[]): Push {
  if (reservesOf(contracts).energyRule === undefined) return nothingCounted;
  let [outW, inW] = [0, 0];
  for (const { service, deliveredW } of lines) {
    if (deliveredW === 0) continue;
    const contract = contracts.find(({ name }) => name === service);
    if (contract === undefined || energyRuleOf(contract) === undefined) continue;
    if (deliveredW > 0) outW += deliveredW;
    else inW += deliveredW;
  }
  return { outW: W(outW), inW: W(inW) };
}

export const nothingCounted: Push = { outW: W(0), inW: W(0) };

/** Energy to be won back is told ahead: it takes a baseline, and that must be declared before its gate closes. */
export function recoveriesDue(contracts: readonly Service[], block: EnergyBlock | undefined): readonly CoreAlarm[] {
  const { energyRule } = reservesOf(contracts);
  if (block === undefined || energyRule === undefined) return none;
  // What is to be won back is settled with the period: said once, and not again ten times a second.
  const known = settled.get(block.out.requiredWh);
  if (known !== undefined) return known;
  const alarms = recoveriesOf(block, energyRule);
  settled.set(block.out.requiredWh, alarms);
  return alarms;
}

const settled = new WeakMap<readonly Wh[], readonly CoreAlarm[]>();

function recoveriesOf(block: EnergyBlock, energyRule: EnergyRule): readonly CoreAlarm[] {
  const due = [
    ...said(block.out, block.periodStartMs, energyRule, "in store"),
    ...said(block.in, block.periodStartMs, energyRule, "of room"),
  ];
  if (due.length === 0) return none;
  return [{ code: "service-recovery-due", text: `services win back ${due.join(", ")}: the baseline must say so` }];
}

const none: readonly CoreAlarm[] = [];

function said(account: EnergyAccount, periodStartMs: UtcMs, rule: EnergyRule, what: string): readonly string[] {
  if (account.requiredWh.every((wh) => wh === account.volumeWh)) return [];
  return recoveriesAhead(account, rule).flatMap((wh, period) => {
    const from = new Date(periodStartMs + period * rule.periodMs).toISOString().slice(11, 16);
    return wh < 1 ? [] : [`${energyInWords(wh)} ${what} from ${from} UTC`];
  });
}

/** By what the units are measured to do beyond the baseline: a response that was asked for and not given has used nothing. */
function deliveredSince({ services, targetW }: CoreState, { units }: SiteImage, elapsedMs: Ms): BothWaysWh {
  const { fastW, countedW } = services;
  if (fastW === 0 || (countedW.outW === 0 && countedW.inW === 0)) return nothing;
  let measuredW = 0;
  for (const { powerW } of units) if (powerW.quality === "good") measuredW += powerW.value;
  const given = fastPart(measuredW, targetW - fastW, fastW) / fastW;
  return {
    outWh: energyWh(W(countedW.outW * given), elapsedMs),
    inWh: energyWh(W(-countedW.inW * given), elapsedMs),
  };
}

const nothing: BothWaysWh = { outWh: Wh(0), inWh: Wh(0) };
