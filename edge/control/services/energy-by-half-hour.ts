import { zoneOffsetMs } from "@penstock/protocol/time";
import { hours, type Ms, type UtcMs, Wh } from "@penstock/protocol/units";
import type { EnergyRule } from "./rule.ts";

/** One direction of a block: what must be in store (or free), period by period. Plain data. */
export interface EnergyAccount {
  /** Σ MW × duration: what the block began with. */
  readonly volumeWh: Wh;
  /** What each period of the block had to begin with, the running one last. */
  readonly requiredWh: readonly Wh[];
  /** What is to be won back within each period, the running one last. */
  readonly recoveryWh: readonly Wh[];
  /** By the response, in the running period so far. */
  readonly deliveredWh: Wh;
}

export interface EnergyBlock {
  readonly periodStartMs: UtcMs;
  readonly out: EnergyAccount;
  readonly in: EnergyAccount;
}

/** Energy of one cycle or of a whole contract, by direction; sizes. */
export interface BothWaysWh {
  readonly outWh: Wh;
  readonly inWh: Wh;
}

/**
 * The account of the block goes on by what was delivered since the cycle before:
 * `required[k+1] = min(volume, required[k] − delivered[k] + recovery[k])`. A new block begins with the whole volume, and so
 * does one whose beginning was not seen (a start in mid-block, a clock that leaps, another contract): never too little.
 */
export function advanceEnergy(
  before: EnergyBlock | undefined,
  volume: BothWaysWh,
  delivered: BothWaysWh,
  rule: EnergyRule,
  nowMs: UtcMs,
): EnergyBlock {
  if (before === undefined || before.out.volumeWh !== volume.outWh || before.in.volumeWh !== volume.inWh)
    return freshBlock(volume, rule, nowMs);
  const block =
    delivered.outWh === 0 && delivered.inWh === 0
      ? before
      : { ...before, out: credited(before.out, delivered.outWh), in: credited(before.in, delivered.inWh) };
  const { periodStartMs } = before;
  const nextStartMs = periodStartMs + rule.periodMs;
  if (nowMs >= periodStartMs && nowMs < nextStartMs) return block;
  const isNext = nowMs >= nextStartMs && nowMs < nextStartMs + rule.periodMs;
  if (!isNext || isBlockStart(nextStartMs as UtcMs, rule)) return freshBlock(volume, rule, nowMs);
  return { periodStartMs: nextStartMs as UtcMs, out: nextPeriod(block.out, rule), in: nextPeriod(block.in, rule) };
}

/** What must be there at this moment: what the period began with, less what the response has taken since. */
export const requiredNowWh = ({ requiredWh, deliveredWh }: EnergyAccount): Wh =>
  Wh(Math.max(0, (requiredWh.at(-1) ?? 0) - deliveredWh));

/** What is to be won back in the running period and in those whose recovery is settled already, in their order. */
export function recoveriesAhead(account: EnergyAccount, rule: EnergyRule): readonly Wh[] {
  let ahead: EnergyAccount = account;
  for (let period = 0; period < rule.noticePeriods; period++) ahead = nextPeriod(ahead, rule);
  return ahead.recoveryWh.slice(account.recoveryWh.length - 1);
}

function freshBlock({ outWh, inWh }: BothWaysWh, { periodMs }: EnergyRule, nowMs: UtcMs): EnergyBlock {
  const fresh = (volumeWh: Wh): EnergyAccount => ({
    volumeWh,
    requiredWh: [volumeWh],
    recoveryWh: [Wh(0)],
    deliveredWh: Wh(0),
  });
  return { periodStartMs: (nowMs - (nowMs % periodMs)) as UtcMs, out: fresh(outWh), in: fresh(inWh) };
}

const credited = (account: EnergyAccount, wh: Wh): EnergyAccount => ({
  ...account,
  deliveredWh: Wh(account.deliveredWh + wh),
});

function nextPeriod(account: EnergyAccount, rule: EnergyRule): EnergyAccount {
  const { volumeWh, recoveryWh } = account;
  const leftWh = requiredNowWh(account);
  const requiredWh = [...account.requiredWh, Wh(Math.min(volumeWh, leftWh + (recoveryWh.at(-1) ?? 0)))];
  return {
    volumeWh,
    requiredWh,
    recoveryWh: [...recoveryWh, recoveryOf(volumeWh, requiredWh, recoveryWh, rule)],
    deliveredWh: Wh(0),
  };
}

/**
 * `recovery[k] = min(share × volume, max(0, volume − required[k−n] − Σ recovery[k−n … k−1]))`: what was missing n periods ago
 * and is not yet on its way, so that a baseline can be declared for it before the gate closes.
 */
function recoveryOf(
  volumeWh: Wh,
  requiredWh: readonly Wh[],
  recoveryWh: readonly Wh[],
  { recoveryShare, noticePeriods }: EnergyRule,
): Wh {
  const seen = requiredWh.at(-1 - noticePeriods);
  if (seen === undefined) return Wh(0);
  const underWay = recoveryWh.slice(-noticePeriods).reduce((sum, wh) => sum + wh, 0);
  return Wh(Math.min(recoveryShare * volumeWh, Math.max(0, volumeWh - seen - underWay)));
}

/** Blocks follow the local clock; on the days it is changed one of them has an hour more or less. */
function isBlockStart(instantMs: UtcMs, { zone, blockMs, firstBlockAtMs }: EnergyRule): boolean {
  const localMs = (instantMs + zoneOffsetMs(zone, instantMs)) % DAY_MS;
  return (localMs - firstBlockAtMs + DAY_MS) % blockMs === 0;
}

const DAY_MS: Ms = hours(24);
