import { clamp, type Ms, W } from "@penstock/protocol/units";
import type { PowerInterval } from "../image.ts";
import { rampToward } from "../ramp.ts";
import type { SiteControlConfig } from "../site-control-config.ts";
import type { ServiceLine } from "../step-types.ts";
import type { Served } from "./serve.ts";

/**
 * Frequency response on top of a baseline that has been ramped already: it keeps its own time, not the site's. What
 * both come to stays inside the limits that bind the whole; where one has just tightened, power comes back inside
 * at the site's ramp; and an at-once limit is met at once, whoever asked.
 */
export function addServices(
  baselineW: number,
  fastW: number,
  fromW: number,
  { whole, atOnce }: { readonly whole: PowerInterval; readonly atOnce: PowerInterval },
  { ramp }: Pick<SiteControlConfig, "ramp">,
  elapsedMs: Ms,
): number {
  const insideW = clamp(fromW, whole.powerWMin, whole.powerWMax);
  const backW = insideW === fromW ? insideW : rampToward(fromW, insideW, ramp.upWPerS, ramp.downWPerS, elapsedMs);
  const powerW = clamp(baselineW + fastW, Math.min(whole.powerWMin, backW), Math.max(whole.powerWMax, backW));
  return clamp(powerW, atOnce.powerWMin, atOnce.powerWMax);
}

/** The lines with what the limits left of them: those that push against the limit give way in proportion. */
export function delivered(
  { lines, push: { outW, inW } }: Pick<Served, "lines" | "push">,
  gotW: W,
): readonly ServiceLine[] {
  const cutW = gotW - (outW + inW);
  const pushingW = cutW < 0 ? outW : inW;
  if (cutW === 0 || pushingW === 0) return lines;
  const left = Math.max(0, (pushingW + cutW) / pushingW);
  return lines.map((line) => (line.wantedW * cutW < 0 ? { ...line, deliveredW: W(line.wantedW * left) } : line));
}

/** The part of a command that is frequency response: never more than was asked, never against it. */
export const fastPart = (commandedW: number, baselineW: number, fastW: number): W =>
  W(clamp(commandedW - baselineW, Math.min(0, fastW), Math.max(0, fastW)));
