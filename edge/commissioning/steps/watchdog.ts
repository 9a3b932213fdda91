import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import type { ReadingField } from "../../agent/reading-fields.ts";
import { latchedOf } from "../../cli/latched.ts";
import { judgeWatchdog } from "../judge-watchdog.ts";
import { type CommissioningStep, type SiteAccess, statusOf } from "../site-access.ts";

const share = 0.3;
const settleWithinMs = 60_000;
/** How far past its own timer a unit is waited for. */
const patienceMs = 6_000;

/** A unit that hears nothing must come to rest by its own timer: the last line when the edge is dead. */
export const watchdog: CommissioningStep = {
  name: "watchdog",
  title: "watchdog timing: a unit that hears nothing comes to rest by its own timer",
  movesPower: true,
  async run(site) {
    const before = await site.ask({ op: "status" });
    if (!before.ok) return before;
    const { mode, manualPowerW } = latchedOf(statusOf(before.value).latches);
    const listed = await unitsOf(site);
    if (!listed.ok) return listed;
    const totalW = listed.value.reduce((sum, { rating }) => sum + rating.dischargeWMax, 0);
    const set = await site.ask({
      op: "mode",
      mode: "manual",
      powerW: Math.round(share * totalW),
      by: site.by,
      reason: "commissioning: watchdog test",
    });
    if (!set.ok) return set;
    try {
      const moving = await waitUntilMoving(site);
      if (!moving.ok) return moving;
      const startedMs = site.nowMs();
      const longestMs = Math.max(...listed.value.map(({ revertAfterMs }) => revertAfterMs));
      for (const { id, revertAfterMs } of listed.value) {
        const muted = await site.ask({
          op: "withhold-writes",
          device: id,
          forMs: revertAfterMs + patienceMs,
          by: site.by,
          reason: "commissioning: watchdog test",
        });
        if (!muted.ok) return muted;
      }
      site.say(`all units hear nothing now; their timers are ${longestMs / 1e3} s at the longest`);
      const restedMs = new Map<string, number>();
      while (site.nowMs() - startedMs < longestMs + patienceMs && restedMs.size < listed.value.length) {
        await site.waitMs(500);
        const now = await unitsOf(site);
        if (!now.ok) return now;
        for (const unit of now.value) {
          if (!restedMs.has(unit.id) && isAtRest(unit)) restedMs.set(unit.id, site.nowMs() - startedMs);
        }
      }
      const { wrong, right } = judgeWatchdog(listed.value, restedMs);
      return ok({ wrong, right, measured: { restedAfterMs: Object.fromEntries(restedMs) } });
    } finally {
      await site.ask({
        op: "mode",
        mode,
        powerW: manualPowerW,
        by: site.by,
        reason: "commissioning: watchdog test over",
      });
    }
  },
};

interface Unit {
  readonly id: string;
  readonly revertAfterMs: number;
  readonly safePowerW: number;
  readonly rating: { readonly dischargeWMax: number };
  readonly powerW: ReadingField;
}

async function unitsOf(site: SiteAccess): Promise<Result<readonly Unit[], CodedError>> {
  const asked = await site.ask({ op: "units" });
  return asked.ok ? ok(asked.value["units"] as readonly Unit[]) : asked;
}

async function waitUntilMoving(site: SiteAccess): Promise<Result<void, CodedError>> {
  const untilMs = site.nowMs() + settleWithinMs;
  for (;;) {
    await site.waitMs(1_000);
    const units = await unitsOf(site);
    if (!units.ok) return units;
    if (units.value.every((unit) => !isAtRest(unit)) || site.nowMs() > untilMs) return ok(undefined);
  }
}

/** Within 3 % of its rating of where its timer takes it. */
const isAtRest = ({ powerW, safePowerW, rating }: Unit): boolean =>
  typeof powerW.value === "number" && Math.abs(powerW.value - safePowerW) <= 0.03 * rating.dischargeWMax;
