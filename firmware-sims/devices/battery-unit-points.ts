import type { Point } from "./point.ts";
import type { RegisterImage } from "./register-image.ts";

/** The written points the firmware acts on, looked up once. */
export function heldPoints(image: RegisterImage) {
  const p = (key: string): Point => image.point(key);
  const controls = p("704.PFWInjEna").address;
  const block = (first: string, timeS: string, reverts: readonly (readonly [string, string])[]): HeldBlock => ({
    start: p(first).address,
    end: p(timeS).address + p(timeS).registers,
    enable: p(first),
    timeS: p(timeS),
    reverts: reverts.map(([to, from]) => [p(to), p(from)] as const),
  });
  return {
    controlsStart: controls,
    controlsEnd: p("704.AntiIslEna").address,
    power: block("704.WSetEna", "704.WSetRvrtTms", [
      ["704.WSet", "704.WSetRvrt"],
      ["704.WSetPct", "704.WSetPctRvrt"],
      ["704.WSetEna", "704.WSetEnaRvrt"],
    ]),
    reactive: block("704.VarSetEna", "704.VarSetRvrtTms", [
      ["704.VarSet", "704.VarSetRvrt"],
      ["704.VarSetPct", "704.VarSetPctRvrt"],
      ["704.VarSetEna", "704.VarSetEnaRvrt"],
    ]),
    limit: block("704.WMaxLimPctEna", "704.WMaxLimPctRvrtTms", [
      ["704.WMaxLimPct", "704.WMaxLimPctRvrt"],
      ["704.WMaxLimPctEna", "704.WMaxLimPctEnaRvrt"],
    ]),
    powerMode: p("704.WSetMod"),
    powerW: p("704.WSet"),
    powerPercent: p("704.WSetPct"),
    limitPercent: p("704.WMaxLimPct"),
    reactiveMode: p("704.VarSetMod"),
    reactiveVar: p("704.VarSet"),
    reactivePercent: p("704.VarSetPct"),
    rampPercent: p("704.WRmp"),
    powerWMax: p("702.WMax"),
    chargeWMax: p("702.WChaRteMax"),
    dischargeWMax: p("702.WDisChaRteMax"),
    injectVarMax: p("702.VarMaxInj"),
    absorbVarMax: p("702.VarMaxAbs"),
    permit: p("703.ES"),
    enterDelayS: p("703.ESDlyTms"),
    enterVoltageMin: p("703.ESVLo"),
    enterVoltageMax: p("703.ESVHi"),
    enterFrequencyMin: p("703.ESHzLo"),
    enterFrequencyMax: p("703.ESHzHi"),
    controllerHeartbeat: p("715.ControllerHb"),
    operation: p("715.OpCtl"),
    contactor: p("802.SetOp"),
    inverterState: p("802.SetInvState"),
    settings: ["715.OpCtl", "703.ES", "802.SetOp", "802.SetInvState", "704.WRmp", "702.WMax"].map(p),
    alarmResets: [p("715.AlarmReset"), p("802.AlmRst")],
    alarmText: p("701.MnAlrmInfo"),
  };
}

export type HeldPoints = ReturnType<typeof heldPoints>;

/** A set-point's registers: a write to any of `[start, end)` restarts its timer. */
export interface HeldBlock {
  readonly start: number;
  readonly end: number;
  readonly enable: Point;
  readonly timeS: Point;
  /** On running out: what becomes what. */
  readonly reverts: readonly (readonly [to: Point, from: Point])[];
}
