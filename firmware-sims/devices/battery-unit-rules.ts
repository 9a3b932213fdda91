import type { BatteryRatings } from "../plant/ratings.ts";

/** Whether a written value, in SI units (NaN: not implemented), is acceptable. */
export type Rule = (value: number) => boolean;

/**
 * The points of a battery unit that may be written, and with what. Everything else is read-only. Settings may
 * only narrow the nameplate; a set-point beyond it is refused rather than quietly cut.
 */
export function batteryUnitRules(ratings: BatteryRatings): Readonly<Record<string, Rule>> {
  const { powerWMax, apparentPowerVAMax, reactivePowerVarMax } = ratings;
  const powerW = between(-powerWMax, powerWMax);
  const reactiveVar = between(-reactivePowerVarMax, reactivePowerVarMax);
  const percent = between(-100, 100);
  const timeS = between(0, 86_400);
  return {
    "702.WMax": between(0, powerWMax),
    "702.VAMax": between(0, apparentPowerVAMax),
    "702.VarMaxInj": between(0, reactivePowerVarMax),
    "702.VarMaxAbs": between(0, reactivePowerVarMax),
    "702.WChaRteMax": between(0, powerWMax),
    "702.WDisChaRteMax": between(0, powerWMax),
    "703.ES": flag,
    "703.ESVHi": between(100, 120),
    "703.ESVLo": between(70, 100),
    "703.ESHzHi": between(50, 53),
    "703.ESHzLo": between(47, 50),
    "703.ESDlyTms": between(0, 600),
    "704.WMaxLimPctEna": flag,
    "704.WMaxLimPct": between(0, 100),
    "704.WMaxLimPctRvrt": orAbsent(between(0, 100)),
    "704.WMaxLimPctEnaRvrt": orAbsent(flag),
    "704.WMaxLimPctRvrtTms": orAbsent(timeS),
    "704.WSetEna": flag,
    "704.WSetMod": oneOf(0, 1),
    "704.WSet": powerW,
    "704.WSetRvrt": orAbsent(powerW),
    "704.WSetPct": orAbsent(percent),
    "704.WSetPctRvrt": orAbsent(percent),
    "704.WSetEnaRvrt": orAbsent(flag),
    "704.WSetRvrtTms": orAbsent(timeS),
    "704.VarSetEna": flag,
    "704.VarSetMod": oneOf(1, 4),
    "704.VarSetPri": oneOf(0),
    "704.VarSet": reactiveVar,
    "704.VarSetRvrt": orAbsent(reactiveVar),
    "704.VarSetPct": orAbsent(percent),
    "704.VarSetPctRvrt": orAbsent(percent),
    "704.VarSetEnaRvrt": orAbsent(flag),
    "704.VarSetRvrtTms": orAbsent(timeS),
    "704.WRmp": between(1, 100 * ratings.rampFractionPerS),
    "704.WRmpRef": oneOf(1),
    "715.ControllerHb": between(0, 0xfffffffe),
    "715.AlarmReset": flag,
    "715.OpCtl": oneOf(0, 1, 2, 3),
    "802.CtrlHb": between(0, 0xfffe),
    "802.AlmRst": flag,
    "802.SetOp": oneOf(1, 2),
    "802.SetInvState": oneOf(1, 2, 3),
  };
}

const flag: Rule = (value) => value === 0 || value === 1;

/** NaN is in no range. The tolerance is for values that went through a decimal scale factor. */
const between =
  (min: number, max: number): Rule =>
  (value) =>
    value >= min - 1e-6 && value <= max + 1e-6;

const oneOf =
  (...allowed: readonly number[]): Rule =>
  (value) =>
    allowed.includes(value);

/** The not-implemented value is taken too: a controller that writes the whole block has nothing else to put there. */
const orAbsent =
  (rule: Rule): Rule =>
  (value) =>
    Number.isNaN(value) || rule(value);
