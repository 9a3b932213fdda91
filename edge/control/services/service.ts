import type { W } from "@penstock/protocol/units";
import type { CurveRule, SwitchedRule } from "./rule.ts";

/** A contract as the site knows it: a rule as data, and how much of it. `name` is what `why` calls it. */
export type Service = CurveService | SwitchedService;

export interface CurveService {
  readonly type: "curve";
  readonly name: string;
  readonly contractedW: W;
  readonly rule: CurveRule;
}

export interface SwitchedService {
  readonly type: "switched";
  readonly name: string;
  readonly contractedW: W;
  readonly rule: SwitchedRule;
}
