import { Var, W } from "@penstock/protocol/units";
import type { SiteImage, UnitImage } from "./image.ts";
import type { CoreAlarm, UnitCommand } from "./step-types.ts";

export interface GuardedWrites {
  readonly commands: readonly UnitCommand[];
  /** Empty when the core did its work; anything else is a bug in it and an alarm. */
  readonly changes: readonly GuardChange[];
  /** One `guard-stepped-in` a change. */
  readonly alarms: readonly CoreAlarm[];
}

export interface GuardChange {
  readonly unitId: string;
  readonly asked: UnitCommand;
  /** Undefined: the write was dropped. */
  readonly allowed: UnitCommand | undefined;
  readonly because: string;
}

/**
 * The last look at what is about to be written, against the nameplate alone. It shares nothing with the limits, so
 * that one mistake cannot be in both. It may cut towards 0 or drop, and can never raise.
 */
export function guard(commands: readonly UnitCommand[], { units }: Pick<SiteImage, "units">): GuardedWrites {
  const changes: GuardChange[] = [];
  let inOrder = true; // Commands nearly always stand in the order of the units, and then none is given twice.
  for (let index = 0; index < commands.length; index++) {
    const asked = commands[index] as UnitCommand;
    inOrder &&= units[index]?.id === asked.unitId;
    const unit = inOrder ? units[index] : units.find(({ id }) => id === asked.unitId);
    const again = !inOrder && commands.findIndex(({ unitId }) => unitId === asked.unitId) < index;
    const change = again ? drop(asked, "a second command for one unit") : check(asked, unit);
    if (change !== undefined) changes.push(change);
  }
  if (changes.length === 0) return { commands, changes, alarms: [] };
  return {
    commands: apply(commands, changes),
    changes,
    alarms: changes.map(({ unitId, because }) => ({ code: "guard-stepped-in", text: `${unitId}: ${because}` })),
  };
}

function check(asked: UnitCommand, unit: UnitImage | undefined): GuardChange | undefined {
  const { unitId, powerW, reactiveVar } = asked;
  if (unit === undefined) return drop(asked, "no such unit");
  if (powerW === 0 && reactiveVar === 0) return undefined;

  const stop = (because: string): GuardChange => ({
    unitId,
    asked,
    allowed: { unitId, powerW: W(0), reactiveVar: Var(0) },
    because,
  });
  if (!Number.isFinite(powerW) || !Number.isFinite(reactiveVar)) return stop("not a finite number");
  if (unit.state.quality === "missing") return stop("unit is not read");
  if (unit.state.value === "fault" || unit.state.value === "off") return stop(`unit is in state ${unit.state.value}`);

  const { chargeWMax, dischargeWMax, apparentVAMax } = unit.rating;
  const powerMax = Math.min(powerW > 0 ? dischargeWMax : chargeWMax, apparentVAMax);
  if (!(powerMax >= 0)) return stop("unit has no rating");
  const allowedW = cut(powerW, powerMax);
  const allowedVar = cut(reactiveVar, Math.floor(Math.sqrt(apparentVAMax ** 2 - allowedW ** 2)));
  if (allowedW === powerW && allowedVar === reactiveVar) return undefined;
  return {
    unitId,
    asked,
    allowed: { unitId, powerW: W(allowedW), reactiveVar: Var(allowedVar) },
    because: allowedW === powerW ? "beyond the apparent-power rating" : "beyond the power rating",
  };
}

const drop = (asked: UnitCommand, because: string): GuardChange => ({
  unitId: asked.unitId,
  asked,
  allowed: undefined,
  because,
});

const cut = (value: number, magnitudeMax: number): number =>
  Math.abs(value) <= magnitudeMax ? value : Math.sign(value) * magnitudeMax;

function apply(commands: readonly UnitCommand[], changes: readonly GuardChange[]): readonly UnitCommand[] {
  return commands.flatMap((command) => {
    const change = changes.find(({ asked }) => asked === command);
    if (change === undefined) return [command];
    return change.allowed === undefined ? [] : [change.allowed];
  });
}
