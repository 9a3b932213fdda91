import { readFileSync } from "node:fs";
import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { parseDeviceMap } from "./parse-device-map.ts";
import { putRegisters, REGISTER_TYPES, readRegisters, registersOf } from "./register-value.ts";

const TEXT = readFileSync(new URL("../maps/illustrative-site-controller.yaml", import.meta.url), "utf8");

test.each<[story: string, from: string, to: string, complaint: string]>([
  [
    "a slip in a point's name",
    "powerW: batteryPower",
    "powerW: batteryPowr",
    'unit.powerW names no point: "batteryPowr"; did you mean "batteryPower"?',
  ],
  [
    "a type that is none",
    "batteryPower: { address: 201, type: int32",
    "batteryPower: { address: 201, type: int33",
    "points.batteryPower.type",
  ],
  [
    "an address beyond the table",
    "energyRating: { address: 145",
    "energyRating: { address: 65535",
    "points.energyRating.address int32 at 65535 ends beyond register 65535",
  ],
  [
    "two points in one register",
    "energyRemaining: { address: 207",
    "energyRemaining: { address: 206",
    "points.energyRemaining.address 206 lies inside fullPackEnergy (int32 at 205)",
  ],
  [
    "an energy where a power belongs",
    "powerW: batteryPower",
    "powerW: energyRemaining",
    "unit.powerW wants a power, and energyRemaining is in Wh (energy)",
  ],
  [
    "a set-point nobody may write",
    "powerSetpoint: { address: 1020, type: int32, unit: W, access: rw",
    "powerSetpoint: { address: 1020, type: int32, unit: W, access: r",
    "commands.activePower powerSetpoint cannot be written",
  ],
  ["no word on what happens when we fall silent", "  revertAfter: commandTimeout\n", "", "commands.revertAfter"],
  [
    "a set-point without a fallback",
    "unit: var, access: rw, fallback: 0",
    "unit: var, access: rw",
    "points.reactiveSetpoint needs fallback",
  ],
  [
    "a state we have no word for",
    "1: running }",
    "1: runing }",
    'points.realPowerMode.values.1 "runing" is none of running',
  ],
  ["a key that is none", "readGaps: 40", "readGap: 40", 'unknown key "readGap"; did you mean "readGaps"?'],
  [
    "a constant that is no state",
    "remote: { constant: remote }",
    "remote: { constant: yes }",
    "unit.remote must be one of remote, local",
  ],
])("%s is refused with its line", (_, from, to, complaint) => {
  expect(TEXT).toContain(from);
  const changed = TEXT.replace(from, to);
  const map = parseDeviceMap(changed, { file: "block.yaml", protocol: "modbus", kind: "unit" });
  if (map.ok) throw new Error("the map was taken");
  expect(map.error.text).toContain(complaint);
  expect(map.error.text).toMatch(/^block\.yaml:\d+:\d+: /);
});

test("JSON is a map too", () => {
  const json = {
    name: "m",
    points: {
      p: { address: 1, type: "int16", unit: "kW" },
      f: { address: 2, type: "uint16", unit: "Hz", scale: 0.01 },
    },
    meter: { powerW: "p", frequencyHz: "f" },
  };
  expect(parseDeviceMap(JSON.stringify(json), { file: "m.json", protocol: "modbus", kind: "meter" }).ok).toBe(true);
});

test("2,000 values of every type come back as they went, in either word order, or are refused for not fitting", () => {
  const rng = new Rng("registers");
  for (let i = 0; i < 2_000; i++) {
    const type = REGISTER_TYPES[rng.integer(0, REGISTER_TYPES.length)] ?? "int16";
    const order = rng.uniform() < 0.5 ? "big" : "little";
    const value = Math.trunc(rng.between(-1, 1) * 2 ** rng.integer(0, 53));
    const registers = new Uint16Array(8).fill(0xdead);
    const fits = putRegisters(registers, 2, type, order, value);
    const bits = 16 * registersOf(type);
    const should =
      type.startsWith("float") ||
      (type.startsWith("u") ? value >= 0 && value < 2 ** bits : value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1));
    expect([type, value, fits]).toEqual([type, value, should]);
    if (!fits) continue;
    const back = readRegisters(registers, 2, type, order);
    expect(back + 0).toBe((type === "float32" ? Math.fround(value) : value) + 0);
    expect(registers[1]).toBe(0xdead);
    expect(registers[2 + registersOf(type)]).toBe(0xdead);
  }
});
