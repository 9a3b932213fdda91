import { W } from "@penstock/protocol/units";
import type { PowerInterval } from "../control/image.ts";
import type { LimitedSide } from "./northbound-config.ts";
import type { WriteStatus } from "./server-link.ts";

export interface LimitWriteContext {
  /** What is latched for the grid operator now. */
  readonly limitW: PowerInterval | undefined;
  readonly grantLimits: readonly LimitedSide[];
  /** The connection's own limits: a figure beyond them is a slip, not a limit. */
  readonly exportWMax: W;
  readonly importWMax: W;
}

/**
 * What one write to `Site/GridOperator/…` means, pure. A figure is in force as it is written, and narrows only its own
 * side; `…LimitActive` takes false, which lifts that side, and true only while it is true already: a limit without a figure
 * cannot be meant. `undefined` limits nothing any more.
 */
export function limitWrite(
  path: string,
  value: unknown,
  { limitW, grantLimits, exportWMax, importWMax }: LimitWriteContext,
): { readonly limitW: PowerInterval | undefined } | WriteStatus {
  const [, side, isFlag] = /^Site\/GridOperator\/(Export|Import)Limit(Active)?$/.exec(path) ?? [];
  if (side === undefined || !grantLimits.includes(side === "Export" ? "export" : "import")) return "BadNotWritable";
  const heldW = side === "Export" ? (limitW?.powerWMax ?? OPEN) : -(limitW?.powerWMin ?? -OPEN);
  if (isFlag !== undefined) {
    if (value === false) return withSide(limitW, side, OPEN);
    return value === true && heldW < OPEN ? { limitW } : "BadInvalidState";
  }
  const widestW = side === "Export" ? exportWMax : importWMax;
  if (typeof value !== "number" || !(value >= 0 && value <= widestW)) return "BadOutOfRange";
  return withSide(limitW, side, value);
}

const OPEN = Number.POSITIVE_INFINITY;

function withSide(limitW: PowerInterval | undefined, side: string, sizeW: number) {
  const next = {
    powerWMin: side === "Import" ? W(0 - sizeW) : (limitW?.powerWMin ?? W(-OPEN)),
    powerWMax: side === "Export" ? W(sizeW) : (limitW?.powerWMax ?? W(OPEN)),
  };
  return { limitW: next.powerWMin === -OPEN && next.powerWMax === OPEN ? undefined : next };
}
