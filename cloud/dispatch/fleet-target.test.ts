import { MonotonicMs, MW, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { type AgcSignal, fleetTarget, type OperatorInstruction } from "./fleet-target.ts";

const nowMs = UtcMs(Date.UTC(2026, 5, 10, 12));
const signal = (powerMW: number, untilS: number) => ({
  signal: { kind: "agc", unitId: "U", powerW: MW(powerMW), sequence: 1, sentAtMs: nowMs } satisfies AgcSignal,
  untilMonotonicMs: MonotonicMs(untilS * 1000),
});
const band = (id: string, minMW: number, maxMW: number, forS = 60): OperatorInstruction => ({
  kind: "instruction",
  id,
  unitId: "U",
  powerWMin: MW(minMW),
  powerWMax: MW(maxMW),
  untilMs: UtcMs(nowMs + forS * 1000),
});

test.each([
  // with an award of 8 MW, ten seconds in                                   does MW   because
  ["nothing else", undefined, [], 8, ["award"]],
  ["a signal", signal(-3, 20), [], -3, ["agc"]],
  ["a signal that stopped coming", signal(-3, 10), [], 8, ["award"]],
  ["an instruction to stay below 5", undefined, [band("stay", -20, 5)], 5, ["award", "stay"]],
  ["a signal and a set-point", signal(7, 20), [band("hold", 2, 2)], 2, ["agc", "hold"]],
  ["an instruction that is over", undefined, [band("old", 0, 0, 0)], 8, ["award"]],
  ["one that asks for nothing else", undefined, [band("wide", -20, 20)], 8, ["award"]],
  ["two that narrow each other", undefined, [band("a", -20, 6), band("b", 0, 4)], 4, ["award", "a", "b"]],
  [
    "two that contradict",
    undefined,
    [band("a", 5, 6), band("b", 0, 4)],
    6,
    ["award", "a", "b contradicts an earlier instruction"],
  ],
] as const)("%s", (_, heard, instructions, powerMW, because) => {
  const target = fleetTarget({ awardW: MW(8), signal: heard, instructions, nowMs, monotonicMs: MonotonicMs(10_000) });
  expect(target).toMatchObject({ powerW: MW(powerMW), because });
});
