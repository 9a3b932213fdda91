import { kW, Ms, seconds, type W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { setpointWrite } from "./setpoint-write.ts";

const command = (powerKW: number, forS = 30) => ({
  forMs: seconds(forS),
  command: { setpoint: { powerW: kW(powerKW), forMs: seconds(forS) } },
});
const none = undefined;

test.each<[story: string, node: string, value: unknown, heldW: W | undefined, then: unknown]>([
  ["a figure is a command", "Setpoint", 500_000, none, command(500)],
  ["import is negative", "Setpoint", -300_000, none, command(-300)],
  ["nothing at all is a command too", "Setpoint", 0, none, command(0)],
  ["another figure replaces it", "Setpoint", -1_000, kW(500), command(-1)],
  ["a time alone commands nothing", "SetpointTime", 10, none, { forMs: Ms(10_000) }],
  ["a time renews what is in force", "SetpointTime", 10, kW(500), command(500, 10)],
  ["true is the heartbeat", "SetpointActive", true, kW(500), command(500)],
  ["true without a figure", "SetpointActive", true, none, "BadInvalidState"],
  ["false ends it", "SetpointActive", false, kW(500), { forMs: seconds(30), command: { setpoint: undefined } }],
  [
    "false where there is none",
    "SetpointActive",
    false,
    none,
    { forMs: seconds(30), command: { setpoint: undefined } },
  ],
  ["beyond what may be exported", "Setpoint", 1_000_001, none, "BadOutOfRange"],
  ["beyond what may be imported", "Setpoint", -800_001, none, "BadOutOfRange"],
  ["not a number", "Setpoint", Number.NaN, kW(500), "BadOutOfRange"],
  ["a text", "Setpoint", "500", none, "BadOutOfRange"],
  ["a list", "Setpoint", [500], none, "BadOutOfRange"],
  ["no time at all", "SetpointTime", 0, kW(500), "BadOutOfRange"],
  ["longer than an hour", "SetpointTime", 3_601, kW(500), "BadOutOfRange"],
  ["for ever", "SetpointTime", Number.POSITIVE_INFINITY, kW(500), "BadOutOfRange"],
  ["a flag that is a number", "SetpointActive", 1, kW(500), "BadInvalidState"],
  ["a node that is only read", "SetpointRemaining", 5, kW(500), "BadNotWritable"],
])("%s", (_, node, value, powerW, then) => {
  expect(setpointWrite(`Site/GridOperator/${node}`, value, { ...context, powerW })).toEqual(then);
});

test.each(["Setpoint", "SetpointTime", "SetpointActive"])("%s that is not granted is not written", (node) => {
  const refused = setpointWrite(`Site/GridOperator/${node}`, 1, { ...context, isGranted: false, powerW: kW(5) });
  expect(refused).toBe("BadNotWritable");
});

const context = { isGranted: true, forMs: seconds(30), exportWMax: kW(1_000), importWMax: kW(800) };
