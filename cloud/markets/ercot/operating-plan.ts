import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import { participantRules } from "../curve-market.ts";
import type { MarketUnit, SubmissionKind, Violation } from "../market.ts";
import { ruleInForce } from "../rulebook.ts";
import { isOnTick, violation } from "../violation.ts";
import { instantText } from "./bid-file.ts";
import { ercotTime, operatingHour, tradingDate, tradingDay } from "./calendar.ts";
import { bidSet, decimal, instant, readBidSet, type XmlNode } from "./ews-xml.ts";
import { marketDesignRules } from "./market-design.ts";
import { ercotRulebook, type ReserveProduct, reserveDurations, reserveProducts, VOLUME_TICK_MW } from "./rules.ts";

/**
 * One operating hour of a current operating plan: status, limits, state of charge, reserves carried.
 * Source: EWS transaction schema (COP / Limits with maxSOC, minSOC, targetBeginSOC; NPRR1186).
 */
export interface PlannedHour {
  readonly marketId: "ercot";
  readonly unitId: string;
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  readonly status: "ON" | "OUT";
  /** Positive out. */
  readonly lowLimitMW: number;
  readonly highLimitMW: number;
  readonly socMinMWh: number;
  readonly socMaxMWh: number;
  /** What is stored at the start of the hour. */
  readonly socBeginMWh: number;
  readonly reserveMW: Readonly<Partial<Record<ReserveProduct, number>>>;
}

export const operatingPlan: SubmissionKind<PlannedHour> = {
  id: "ercot.cop",
  text: "current operating plan with state of charge, hour by hour",
  /** Kept current; the last word counts at the start of the hour. */
  gateClosureMs: ({ interval }) => interval.startMs,
  validate: (hour, unit) => {
    const design = [...marketDesignRules(hour.interval)];
    return design.length > 0
      ? design
      : [
          ...participantRules("ercot", hour, unit),
          ...hourRules(hour),
          ...limitRules(hour, unit),
          ...socRules(hour, unit),
        ];
  },
  encode,
  parse,
};

function* hourRules({ interval, decidedAtMs }: PlannedHour): Iterable<Violation> {
  const hour = operatingHour(interval.startMs);
  if (interval.startMs !== hour.startMs || interval.endMs !== hour.endMs) {
    yield violation("ercot.hour", "interval", "it is not an operating hour");
  }
  if (decidedAtMs > interval.startMs) yield violation("ercot.gate-closed", "interval", "the hour has begun");
}

function* limitRules(
  { status, lowLimitMW, highLimitMW, reserveMW }: PlannedHour,
  unit: MarketUnit,
): Iterable<Violation> {
  if (!(lowLimitMW <= highLimitMW))
    yield violation("ercot.limit-order", "limits", `LSL ${lowLimitMW} is above HSL ${highLimitMW}`);
  if (!(lowLimitMW >= -unit.minLoadMW && highLimitMW <= unit.maxCapacityMW)) {
    yield violation("ercot.capacity", "limits", `they lie outside ${-unit.minLoadMW}..${unit.maxCapacityMW} MW`);
  }
  if (![lowLimitMW, highLimitMW].every((limit) => isOnTick(limit, VOLUME_TICK_MW))) {
    yield violation("ercot.mw-decimals", "limits", "megawatts have one decimal");
  }
  const reserves = reserveProducts.map((product) => reserveMW[product] ?? 0);
  if (!reserves.every((volumeMW) => volumeMW >= 0 && isOnTick(volumeMW, VOLUME_TICK_MW))) {
    yield violation("ercot.mw-decimals", "reserves", "reserves are megawatts from 0 up with one decimal");
  }
  if (status === "OUT" && (reserves.some((volumeMW) => volumeMW > 0) || lowLimitMW !== 0 || highLimitMW !== 0)) {
    yield violation("ercot.out-of-service", "status", "a resource that is out has no limits and carries no reserve");
  }
}

/** Room in the storage for what each reserve may ask for, from where the hour begins. */
function* socRules(hour: PlannedHour, unit: MarketUnit): Iterable<Violation> {
  const { socMinMWh, socMaxMWh, socBeginMWh, reserveMW, interval } = hour;
  if (!(socMinMWh >= 0 && socMinMWh <= socMaxMWh && socMaxMWh <= unit.storageMWh)) {
    yield violation(
      "ercot.soc-limits",
      "SoC",
      `${socMinMWh}..${socMaxMWh} MWh must ascend within 0..${unit.storageMWh}`,
    );
    return;
  }
  if (!(socBeginMWh >= socMinMWh && socBeginMWh <= socMaxMWh)) {
    yield violation("ercot.soc-begin", "SoC", `${socBeginMWh} MWh at the start is outside ${socMinMWh}..${socMaxMWh}`);
    return;
  }
  let upMWh = 0;
  let downMWh = 0;
  for (const product of reserveProducts) {
    const energyMWh =
      ((reserveMW[product] ?? 0) * ruleInForce(ercotRulebook, reserveDurations[product], interval.startMs)) / 60;
    if (product === "REGDN") downMWh += energyMWh;
    else upMWh += energyMWh;
  }
  if (upMWh > socBeginMWh - socMinMWh + 1e-6) {
    yield violation(
      "ercot.soc-behind-reserve",
      "SoC",
      `reserves need ${upMWh} MWh, ${socBeginMWh - socMinMWh} are there`,
    );
  }
  if (downMWh > socMaxMWh - socBeginMWh + 1e-6) {
    yield violation(
      "ercot.soc-behind-reserve",
      "SoC",
      `Reg-Down needs room for ${downMWh} MWh, there is ${socMaxMWh - socBeginMWh}`,
    );
  }
}

const copNames = {
  REGUP: "regUp",
  REGDN: "regDown",
  RRSPF: "rrsPF",
  RRSFF: "rrsFF",
  ONNS: "nonSpin",
  ECRS: "ecrs",
} as const;
/** In the order of the schema's sequence. */
const copOrder: readonly ReserveProduct[] = ["REGUP", "REGDN", "RRSPF", "RRSFF", "ONNS", "ECRS"];

function encode(hours: readonly PlannedHour[]): string {
  const [first] = hours;
  invariant(first !== undefined, "a plan holds at least one hour");
  const day = tradingDay(first.interval.startMs);
  const span = ({ interval }: PlannedHour): XmlNode[] => [
    ["startTime", ercotTime(interval.startMs)],
    ["endTime", ercotTime(interval.endMs)],
  ];
  for (const { unitId, interval, decidedAtMs, versionNumber } of hours) {
    const isOfPlan =
      unitId === first.unitId &&
      decidedAtMs === first.decidedAtMs &&
      versionNumber === first.versionNumber &&
      tradingDay(interval.startMs).startMs === day.startMs;
    invariant(isOfPlan, "a plan is of one resource, one trading date, one version");
  }
  const cop: XmlNode = [
    "COP",
    [
      ["startTime", ercotTime(day.startMs)],
      ["endTime", ercotTime(day.endMs)],
      ["externalId", `v${first.versionNumber}`],
      ["resource", first.unitId],
      ...hours.map((hour): XmlNode => ["ResourceStatus", [...span(hour), ["operatingMode", hour.status]]]),
      ...hours.map(
        (hour): XmlNode => [
          "Limits",
          [
            ...span(hour),
            ["hsl", hour.highLimitMW],
            ["lsl", hour.lowLimitMW],
            // Emergency limits: a battery has no other than its sustained ones.
            ["hel", hour.highLimitMW],
            ["lel", hour.lowLimitMW],
            ["maxSOC", hour.socMaxMWh],
            ["minSOC", hour.socMinMWh],
            ["targetBeginSOC", hour.socBeginMWh],
          ],
        ],
      ),
      ...hours.map(
        (hour): XmlNode => [
          "ASCapacity",
          [
            ...span(hour),
            ...copOrder.map((product): XmlNode | undefined =>
              hour.reserveMW[product] === undefined ? undefined : [copNames[product], hour.reserveMW[product]],
            ),
          ],
        ],
      ),
    ],
  ];
  return bidSet(tradingDate(first.interval.startMs), instantText(first.decidedAtMs), [cop]);
}

function parse(text: string): Result<readonly PlannedHour[], CodedError> {
  const file = readBidSet(text, ["COP", "ResourceStatus", "Limits", "ASCapacity"], cops);
  if (!file.ok) return file;
  const hours: PlannedHour[] = [];
  for (const { resource, externalId, ResourceStatus, Limits, ASCapacity } of file.value.COP) {
    for (const [index, limits] of Limits.entries()) {
      const status = ResourceStatus[index];
      const capacity = ASCapacity[index];
      if (status?.startTime !== limits.startTime || capacity?.startTime !== limits.startTime) {
        return fail({
          code: "ercot.cop-hours",
          where: `Limits ${index + 1}`,
          message: "status, limits and reserves list other hours",
        });
      }
      const reserveMW: Partial<Record<ReserveProduct, number>> = {};
      for (const product of copOrder) {
        const volumeMW = capacity[copNames[product]];
        if (volumeMW !== undefined) reserveMW[product] = volumeMW;
      }
      hours.push({
        marketId: "ercot",
        unitId: resource,
        interval: { startMs: limits.startTime, endMs: limits.endTime },
        versionNumber: Number(externalId.slice(1)),
        decidedAtMs: file.value.submitTime,
        status: status.operatingMode,
        lowLimitMW: limits.lsl,
        highLimitMW: limits.hsl,
        socMinMWh: limits.minSOC,
        socMaxMWh: limits.maxSOC,
        socBeginMWh: limits.targetBeginSOC,
        reserveMW,
      });
    }
  }
  return ok(hours);
}

const spanShape = { startTime: instant, endTime: instant };
const cops = z.object({
  submitTime: instant,
  COP: z.array(
    z.object({
      externalId: z.string().regex(/^v\d+$/),
      resource: z.string().min(1),
      ResourceStatus: z.array(z.object({ ...spanShape, operatingMode: z.enum(["ON", "OUT"]) })),
      Limits: z.array(
        z.object({
          ...spanShape,
          hsl: decimal,
          lsl: decimal,
          maxSOC: decimal,
          minSOC: decimal,
          targetBeginSOC: decimal,
        }),
      ),
      ASCapacity: z.array(
        z.object({
          ...spanShape,
          regUp: decimal.optional(),
          regDown: decimal.optional(),
          rrsPF: decimal.optional(),
          rrsFF: decimal.optional(),
          nonSpin: decimal.optional(),
          ecrs: decimal.optional(),
        }),
      ),
    }),
  ),
});
