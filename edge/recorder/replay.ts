import type { MonotonicMs, UtcMs } from "@penstock/protocol/units";
import type { UnitCommand } from "../control/step-types.ts";
import { type ControlCore, siteCore } from "../loop/control-core.ts";
import type { Recording } from "./read-recording.ts";

export interface Replay {
  readonly cycles: number;
  /** Cycles in which the core now commands something else than it did. */
  readonly differences: number;
  readonly first: Difference | undefined;
}

export interface Difference {
  readonly timeMs: UtcMs;
  readonly monotonicMs: MonotonicMs;
  readonly unitId: string;
  readonly recorded: UnitCommand | undefined;
  readonly replayed: UnitCommand | undefined;
}

/**
 * Runs the core over a recording, from its first state on, and compares every command to the last bit. The same program
 * differs nowhere; another one differs where it would have acted otherwise.
 */
export function replay({ header, cycles }: Recording, core: ControlCore = siteCore): Replay {
  let state = header.state;
  let count = 0;
  let differences = 0;
  let first: Difference | undefined;
  for (const { input, commands } of cycles()) {
    const out = core.step(state, input, header.control);
    state = out.state;
    const replayed = core.guard(out.commands, input.image).commands;
    count++;
    const unitId = differingUnit(commands, replayed);
    if (unitId === undefined) continue;
    differences++;
    first ??= {
      timeMs: input.image.nowMs,
      monotonicMs: input.image.monotonicMs,
      unitId,
      recorded: commands.find((command) => command.unitId === unitId),
      replayed: replayed.find((command) => command.unitId === unitId),
    };
  }
  return { cycles: count, differences, first };
}

function differingUnit(recorded: readonly UnitCommand[], replayed: readonly UnitCommand[]): string | undefined {
  for (let index = 0; index < Math.max(recorded.length, replayed.length); index++) {
    const a = recorded[index];
    const b = replayed[index];
    const isSame =
      a?.unitId === b?.unitId && Object.is(a?.powerW, b?.powerW) && Object.is(a?.reactiveVar, b?.reactiveVar);
    if (!isSame) return a?.unitId ?? b?.unitId;
  }
  return undefined;
}
