import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import type { ReadingField } from "../../agent/reading-fields.ts";
import { latchedOf } from "../../cli/latched.ts";
import { judgeStepTest, type PowerLevel } from "../judge-step-test.ts";
import { type CommissioningStep, type SiteAccess, statusOf } from "../site-access.ts";

/** The share of the batteries' rating that is enough to see a sign; the site's limits cut it where they must. */
const stepShare = 0.3;
/** How long the ramp may take, then how long a level is looked at. */
const arriveWithinMs = 60_000;
const lookMs = 3_000;

/** A small discharge and a small charge, each between two rests: plus means out everywhere, and a kilowatt is one. */
export const stepTest: CommissioningStep = {
  name: "step-test",
  title: "sign and scale: a small discharge and a small charge, seen by units and meter",
  movesPower: true,
  async run(site) {
    const before = await site.ask({ op: "status" });
    if (!before.ok) return before;
    const { mode, manualPowerW } = latchedOf(statusOf(before.value).latches);
    const units = await site.ask({ op: "units" });
    if (!units.ok) return units;
    const ratedW = (units.value["units"] as readonly UnitFields[]).reduce(
      (sum, { rating }) => sum + Math.min(rating.dischargeWMax, rating.chargeWMax),
      0,
    );
    const stepW = Math.round(stepShare * ratedW);
    try {
      const levels: PowerLevel[] = [];
      for (const commandedW of [0, stepW, 0, -stepW, 0]) {
        const reached = await level(site, commandedW);
        if (!reached.ok) return reached;
        levels.push(reached.value);
      }
      return ok({ ...judgeStepTest(levels), measured: { stepW, levels } });
    } finally {
      await setMode(site, mode, manualPowerW, "step test over");
    }
  },
};

type UnitFields = {
  readonly id: string;
  readonly rating: { readonly dischargeWMax: number; readonly chargeWMax: number };
} & Readonly<Record<string, ReadingField>>;

/** Commands it as a person would, waits until the ramp has come there or stands still, and takes the mean. */
async function level(site: SiteAccess, commandedW: number): Promise<Result<PowerLevel, CodedError>> {
  site.say(`to ${(commandedW / 1e3).toFixed(1)} kW`);
  const set = await setMode(site, "manual", commandedW, `step test: ${commandedW} W`);
  if (!set.ok) return set;
  const untilMs = site.nowMs() + arriveWithinMs;
  let lastW = Number.NaN;
  for (;;) {
    await site.waitMs(1_000);
    const asked = await site.ask({ op: "status" });
    if (!asked.ok) return asked;
    const { targetW, batteryPowerW } = statusOf(asked.value);
    const tolerance = Math.max(0.03 * Math.abs(commandedW), 200);
    const isThere = batteryPowerW !== null && Math.abs(batteryPowerW - commandedW) <= tolerance;
    const standsStill =
      targetW !== null &&
      Math.abs(targetW - lastW) < 1 &&
      batteryPowerW !== null &&
      Math.abs(batteryPowerW - targetW) <= tolerance;
    if (isThere || standsStill || site.nowMs() > untilMs) break;
    lastW = targetW ?? Number.NaN;
  }
  return mean(site, commandedW);
}

async function mean(site: SiteAccess, commandedW: number): Promise<Result<PowerLevel, CodedError>> {
  const samples = lookMs / 1_000;
  let gridW = 0;
  let batteryW = 0;
  let last: readonly UnitFields[] = [];
  for (let sample = 0; sample < samples; sample++) {
    await site.waitMs(1_000);
    const status = await site.ask({ op: "status" });
    if (!status.ok) return status;
    const units = await site.ask({ op: "units" });
    if (!units.ok) return units;
    gridW += (statusOf(status.value).gridPowerW ?? Number.NaN) / samples;
    batteryW += (statusOf(status.value).batteryPowerW ?? Number.NaN) / samples;
    last = units.value["units"] as readonly UnitFields[];
  }
  const number = (field: ReadingField | undefined) => (typeof field?.value === "number" ? field.value : Number.NaN);
  return ok({
    commandedW,
    gridW: Math.round(gridW),
    batteryW: Math.round(batteryW),
    units: last.map((unit) => ({ id: unit.id, powerW: number(unit["powerW"]), setpointW: number(unit["setpointW"]) })),
  });
}

const setMode = (site: SiteAccess, mode: string, powerW: number, reason: string) =>
  site.ask({ op: "mode", mode, powerW, by: site.by, reason: `commissioning: ${reason}` });
