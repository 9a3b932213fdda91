import { Var } from "@penstock/protocol/units";
import type { SiteImage } from "./image.ts";
import type { LimitContext } from "./limits/limit.ts";
import type { Latches, ReactiveCommand, ReactiveLine, WishSource } from "./step-types.ts";
import { varInWords } from "./words.ts";

/**
 * The vars that the grid operator commands at the point of connection, as the batteries are to make them: the rest of the
 * site's come off, where its meter tells them. While it holds it stands in the place of what a lease and the site's own
 * reactive services ask for; people at the site stand above it. Undefined: it commands none. What the connection's circle and
 * the units' own leave of it is theirs.
 */
export function commandedReactive(
  { gridOperatorReactive: command }: Latches,
  { monotonicMs }: Pick<SiteImage, "monotonicMs">,
  source: WishSource,
  powerW: number,
  { rest, reactiveRest }: Pick<LimitContext, "rest" | "reactiveRest">,
): ReactiveLine | undefined {
  if (command === undefined || monotonicMs >= command.expiresMonotonicMs) return undefined;
  if (source === "stop" || source === "operator") return undefined;
  const connectionVar = varAt(command, powerW + rest.restW);
  const restVar = reactiveRest === undefined ? 0 : (reactiveRest.restVarMin + reactiveRest.restVarMax) / 2;
  return {
    service: "grid-operator",
    wantedVar: Var(connectionVar - restVar),
    text: `grid operator commands ${inWords(command)} at the connection`,
  };
}

/** Positive injects: over-excited. At no power a power factor asks for no vars. */
function varAt(command: ReactiveCommand, gridPowerW: number): number {
  if (command.kind === "reactive") return command.reactiveVar;
  const sizeVar = Math.abs(gridPowerW) * Math.tan(Math.acos(command.powerFactor));
  return command.excitation === "over" ? sizeVar : 0 - sizeVar;
}

const inWords = (command: ReactiveCommand): string =>
  command.kind === "reactive"
    ? varInWords(command.reactiveVar)
    : `power factor ${command.powerFactor}, ${command.excitation}-excited,`;
