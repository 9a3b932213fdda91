import { kVA, seconds, Var } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { ReactiveCommand } from "../control/step-types.ts";
import { reactiveWrite } from "./reactive-write.ts";

const vars = (kvar: number): ReactiveCommand => ({ kind: "reactive", reactiveVar: Var(kvar * 1e3) });
const factor = (powerFactor: number, excitation: "over" | "under"): ReactiveCommand => ({
  kind: "power-factor",
  powerFactor,
  excitation,
});
const forMs = seconds(30);
const context = { isGranted: true, forMs, apparentVAMax: kVA(1_000) };

test.each<[story: string, node: string, value: unknown, held: ReactiveCommand | undefined, then: unknown]>([
  ["vars that inject", "ReactiveSetpoint", 300_000, undefined, { command: vars(300), forMs }],
  ["vars that absorb", "ReactiveSetpoint", -300_000, undefined, { command: vars(-300), forMs }],
  ["no vars are a command too", "ReactiveSetpoint", 0, vars(5), { command: vars(0), forMs }],
  ["over-excited", "PowerFactorSetpoint", 0.95, undefined, { command: factor(0.95, "over"), forMs }],
  ["under-excited, in place of vars", "PowerFactorSetpoint", -0.9, vars(5), { command: factor(0.9, "under"), forMs }],
  ["unity", "PowerFactorSetpoint", 1, undefined, { command: factor(1, "over"), forMs }],
  ["true is the heartbeat", "ReactiveSetpointActive", true, vars(5), { command: vars(5), forMs }],
  ["true without a figure", "ReactiveSetpointActive", true, undefined, "BadInvalidState"],
  ["false ends it", "ReactiveSetpointActive", false, vars(5), { command: undefined, forMs }],
  ["a flag that is a number", "ReactiveSetpointActive", 1, vars(5), "BadInvalidState"],
  ["more than the units carry", "ReactiveSetpoint", 1_000_001, undefined, "BadOutOfRange"],
  ["vars that are no number", "ReactiveSetpoint", Number.NaN, vars(5), "BadOutOfRange"],
  ["vars in words", "ReactiveSetpoint", "300", undefined, "BadOutOfRange"],
  ["a power factor below a half", "PowerFactorSetpoint", 0.49, undefined, "BadOutOfRange"],
  ["a power factor of nothing", "PowerFactorSetpoint", 0, undefined, "BadOutOfRange"],
  ["a power factor above one", "PowerFactorSetpoint", 1.01, undefined, "BadOutOfRange"],
  ["a node that is only read", "ReactiveSetpointRemaining", 5, vars(5), "BadNotWritable"],
])("%s", (_, node, value, command, then) => {
  expect(reactiveWrite(`Site/GridOperator/${node}`, value, { ...context, command })).toEqual(then);
});

test.each([
  "ReactiveSetpoint",
  "PowerFactorSetpoint",
  "ReactiveSetpointActive",
])("%s that is not granted is not written", (node) => {
  const refused = reactiveWrite(`Site/GridOperator/${node}`, 1, { ...context, isGranted: false, command: vars(5) });
  expect(refused).toBe("BadNotWritable");
});
