import { clamp } from "@penstock/protocol/units";
import type { LimitContext } from "./limits/limit.ts";
import type { ReactiveLine } from "./step-types.ts";
import { varInWords } from "./words.ts";

/**
 * What the connection's circle leaves of the vars that are asked for, beside a power that is decided. It takes away and
 * never asks: without an apparent-power limit everything passes, and without a meter that can be trusted nothing does.
 */
export function connectionVars(
  askedVar: number,
  powerW: number,
  { config: { connection }, rest, reactiveRest }: Pick<LimitContext, "config" | "rest" | "reactiveRest">,
): { readonly leftVar: number; readonly line: ReactiveLine | undefined } {
  const { apparentVAMax, marginW } = connection;
  if (apparentVAMax === undefined || askedVar === 0) return { leftVar: askedVar, line: undefined };
  const isKnown = rest.basis === "measured" && reactiveRest?.basis === "measured";
  const gridW = Math.max(Math.abs(powerW + rest.restWMin), Math.abs(powerW + rest.restWMax));
  const gridVarMax = Math.sqrt(Math.max(0, (apparentVAMax - marginW) ** 2 - gridW ** 2));
  const leftVar = isKnown
    ? clamp(
        askedVar,
        Math.min(0, -gridVarMax - reactiveRest.restVarMin),
        Math.max(0, gridVarMax - reactiveRest.restVarMax),
      )
    : 0;
  // Less than a var is rounding.
  if (Math.abs(leftVar - askedVar) < 1) return { leftVar, line: undefined };
  const why = isKnown
    ? `the connection's circle leaves ${varInWords(leftVar)} of ${varInWords(askedVar)}`
    : "the connection's meter cannot be trusted: no vars";
  return {
    leftVar,
    line: {
      service: "connection-apparent-power",
      wantedVar: (leftVar - askedVar) as ReactiveLine["wantedVar"],
      text: why,
    },
  };
}
