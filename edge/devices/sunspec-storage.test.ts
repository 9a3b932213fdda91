import { MonotonicMs, Ms, Var, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, type UnitImage } from "../control/image.ts";
import type { Block, DeviceMap, ReadPlan } from "./driver.ts";
import { activePower, reactivePower } from "./sunspec-der-controls.ts";
import { sunspecStorage } from "./sunspec-storage.ts";
import { HandMadeUnit } from "./testing/hand-made-unit.ts";
import { FRESH_MS, unitConfig } from "./testing/unit-config.ts";

test("a unit's registers become watts, watt-hours and fractions", () => {
  const unit = new HandMadeUnit();
  unit.put(40296 + 22, 1, 1, 0xffff, 0x3cb0); // enabled, watts, -50,000
  expect(readings(imageOf(unit))).toEqual({
    powerW: -50_000,
    reactiveVar: 0,
    soc: 0.55,
    chargeWMax: 1_800_000, // 1500 A × 1200 V is less than the nameplate
    dischargeWMax: 1_500_000,
    temperatureC: -1.5,
    state: "running",
    remote: true,
    setpointW: -50_000,
    dischargedWh: 10_000,
    chargedWh: 20_000,
    refused: false,
  });
});

const missing = "missing";

test.each<[story: string, change: (unit: HandMadeUnit) => void, field: keyof UnitImage, expected: unknown]>([
  ["power says 0x8000", (u) => u.put(40080, 0x8000), "powerW", missing],
  ["the scale of power says 0x8000", (u) => u.put(40070 + 116, 0x8000), "powerW", missing],
  ["a scale is 11, which no standard allows", (u) => u.put(40070 + 116, 11), "powerW", missing],
  ["the scale of power becomes 3 with the value", (u) => u.put(40070 + 116, 3), "powerW", -500_000],
  ["state of charge says 0xFFFF", (u) => u.put(40363 + 4, 0xffff), "soc", missing],
  ["an energy counter is all ones", (u) => u.put(40070 + 19, 0xffff, 0xffff, 0xffff, 0xffff), "dischargedWh", missing],
  ["an energy counter is beyond 32 bits", (u) => u.put(40070 + 19, 0, 1, 0, 0), "dischargedWh", 42_949_672_960],
  ["the inverter is in FAULT", (u) => u.put(40074, 6), "state", "fault"],
  ["the inverter is THROTTLED", (u) => u.put(40074, 4), "state", "running"],
  ["the inverter sleeps", (u) => u.put(40074, 1), "state", "standby"],
  ["the inverter state is one we do not know", (u) => u.put(40074, 77), "state", missing],
  ["there is no inverter state, only on", (u) => u.put(40074, 0xffff), "state", "running"],
  ["the battery's contactor is open", (u) => u.put(40426 + 22, 1), "state", "off"],
  ["the battery is in fault while the inverter runs", (u) => u.put(40426 + 22, 99), "state", "fault"],
  ["the cabinet is in local control", (u) => u.put(40417 + 2, 1), "remote", false],
  ["the battery is in local control", (u) => u.put(40426 + 17, 1), "remote", false],
  ["nobody says who is in control", (u) => [u.put(40417 + 2, 0xffff), u.put(40426 + 17, 0xffff)], "remote", missing],
  ["the BMS allows no charging", (u) => u.put(40426 + 45, 0), "chargeWMax", 0],
  ["the BMS names no current", (u) => u.put(40426 + 45, 0xffff), "chargeWMax", 1_900_000],
  ["the owner set a lower charge rate", (u) => u.put(40225 + 34, 5_000), "chargeWMax", 500_000],
  [
    "neither BMS nor nameplate is known",
    (u) => [u.put(40426 + 45, 0xffff), u.put(40426 + 4, 0xffff)],
    "chargeWMax",
    missing,
  ],
  ["no cell temperature, the cabinet's is taken", (u) => u.put(40372 + 41, 0x8000), "temperatureC", 25.4],
  ["no set-point is enabled", (u) => u.put(40296 + 22, 0), "setpointW", missing],
  ["the set-point is in percent", (u) => u.put(40296 + 23, 0), "setpointW", missing],
])("when %s", (_, change, field, expected) => {
  const unit = new HandMadeUnit();
  unit.put(40296 + 22, 1, 1, 0xffff, 0x3cb0);
  imageOf(unit); // 701 follows the set-point
  change(unit);
  expect(readings(imageOf(unit, field !== "powerW"))[field]).toEqual(expected);
});

test("a unit out of service by 703 is off, one in service is not", () => {
  const unit = new HandMadeUnit();
  unit.put(40277 + 2, 1);
  expect(imageOf(unit).state).toMatchObject({ value: "running" });
  unit.put(40277 + 2, 0);
  expect(imageOf(unit).state).toMatchObject({ value: "off" });
});

test("802 tells of its cells where it can", () => {
  const unit = new HandMadeUnit();
  unit.put(40426 + 37, 3_412); // CellVMax, scale -3
  unit.put(40426 + 40, 3_301);
  unit.put(40426 + 43, 3_355);
  expect(readings(imageOf(unit))).toMatchObject({
    cellVoltageVMin: 3.301,
    cellVoltageVMean: 3.355,
    cellVoltageVMax: 3.412,
  });
});

test("where 802 is silent the strings of 803 tell, over all of them, and the hottest module counts", () => {
  const unit = new BankUnit();
  const image = sunspecStorage.image(unitConfig("u"), unit.blocks(), VIEW);
  expect(readings(image)).toMatchObject({
    cellVoltageVMin: 3.19, // string 4
    cellVoltageVMean: 3.3, // 3.30 in each but one that does not say
    cellVoltageVMax: 3.45, // string 2
    temperatureC: 41.5,
  });
});

test("a string that cannot be read makes the cells as old as it is", () => {
  const unit = new BankUnit();
  const blocks = unit
    .blocks()
    .map((block, at, all) => (at === all.length - 1 ? { ...block, readAtMs: Number.NaN } : block));
  expect(readings(sunspecStorage.image(unitConfig("u"), blocks, VIEW))["cellVoltageVMin"]).toBe("missing");
});

test("age follows each block's own read, and a slow block may be a second older", () => {
  const unit = new HandMadeUnit();
  const age = (readAtMs: number, field: "powerW" | "soc") => {
    const image = sunspecStorage.image(unitConfig("u"), blocksOf(unit, readAtMs), {
      nowMs: MonotonicMs(10_000),
      freshMs: FRESH_MS,
      believedUntilMs: Number.POSITIVE_INFINITY,
      refused: good(false, Ms(0)),
    });
    return image[field].quality;
  };
  expect([age(9_500, "powerW"), age(9_499, "powerW"), age(8_499, "powerW")]).toEqual(["good", "stale", "missing"]);
  expect([age(8_500, "soc"), age(8_499, "soc"), age(5_499, "soc")]).toEqual(["good", "stale", "missing"]);
});

test("a unit without 802 is none of ours; without 715 it has no heartbeat", () => {
  const without = (id: number): DeviceMap => ({ ...MAP, models: MAP.models.filter((model) => model.id !== id) });
  expect(sunspecStorage.plan(without(802))).toEqual({
    ok: false,
    error: { code: "device.model-missing", models: "802" },
  });
  const plan = sunspecStorage.plan(without(715));
  expect(plan.ok && plan.value.map((read) => read.count)).toEqual([123, 58, 9, 63, 46, 42, 0, 15, 0, 68]);
});

test.each([
  // W             WSet_SF   registers of WSet   taken
  [-1_234_567, 0, [0xffed, 0x2979], true],
  [1_900_000, 2, [0x0000, 0x4a38], true],
  [1_999, 3, [0x0000, 0x0001], true], // cut towards zero, never rounded up
  [-1_999, 3, [0xffff, 0xffff], true],
  [3_000_000, 0xfffd, [0, 0], false], // millivolts of precision leave no room for 3 MW
  [1_000, 0x8000, [0, 0], false],
])("%d W at scale %d is written as %o", (powerW, scale, expected, isTaken) => {
  const unit = new HandMadeUnit();
  unit.put(40296 + 55, scale);
  const into = new Uint16Array(11);
  const setpoint = { powerW: W(powerW), reactiveVar: Var(0) };
  expect(activePower.encode(unitConfig("u"), blocksOf(unit), setpoint, into)).toBe(isTaken);
  expect(Array.from(into.subarray(2, 4))).toEqual(expected);
});

test("a set-point is one block: enable, watts, value, safe value, percentages as they were, timer of 6 s", () => {
  const unit = new HandMadeUnit();
  unit.put(40296 + 28, 123, 0x8000);
  const into = new Uint16Array(11);
  const config = { ...unitConfig("u"), safePowerW: W(-1_000) };
  activePower.encode(config, blocksOf(unit), { powerW: W(70_000), reactiveVar: Var(0) }, into);
  expect(Array.from(into)).toEqual([1, 1, 1, 0x1170, 0xffff, 0xfc18, 123, 0x8000, 1, 0, 6]);
});

test("reactive power is written in vars with active power first", () => {
  const unit = new HandMadeUnit();
  const into = new Uint16Array(12);
  reactivePower.encode(unitConfig("u"), blocksOf(unit), { powerW: W(0), reactiveVar: Var(-2) }, into);
  expect(Array.from(into)).toEqual([1, 4, 0, 0xffff, 0xfffe, 0, 0, 0, 0, 1, 0, 6]);
});

/** The hand-made unit with an 803 of five strings where its end marker was. */
class BankUnit extends HandMadeUnit {
  readonly bank = new Uint16Array(28 + 5 * 32).fill(0xffff);

  constructor() {
    super();
    this.bank.set([803, 26 + 5 * 32, 5, 5, 415]);
    this.bank.set([0xfffd, 0xffff, 0xffff, 0, 0, 0xffff], 22); // CellV -3, ModTmp -1
    for (let string = 0; string < 5; string++) {
      const at = 28 + string * 32;
      this.bank.set(
        [string === 1 ? 3_450 : 3_400, 1, string === 3 ? 3_190 : 3_200, 1, string === 4 ? 0xffff : 3_300],
        at + 7,
      );
    }
  }

  blocks(): Block[] {
    const map = { ...MAP, models: [...MAP.models, { id: 803, address: 40_490, length: 26 + 5 * 32 }] };
    const plan = sunspecStorage.plan(map);
    if (!plan.ok) throw new Error("the hand-made unit has every model");
    const all = Uint16Array.from([...this.registers.subarray(0, 490), ...this.bank]);
    return plan.value.map(({ address, count, everyMs }) => ({
      registers: all.slice(address - 40_000, address - 40_000 + count),
      readAtMs: 0,
      everyMs,
    }));
  }
}

const VIEW = {
  nowMs: MonotonicMs(0),
  freshMs: Ms(500),
  believedUntilMs: Number.POSITIVE_INFINITY,
  refused: good(false, Ms(0)),
};

const MAP: DeviceMap = {
  identity: { manufacturer: "Test Works", model: "HM-1900", version: "1.0", serialNumber: "SN-0001" },
  models: [
    { id: 1, address: 40002, length: 66 },
    { id: 701, address: 40070, length: 153 },
    { id: 702, address: 40225, length: 50 },
    { id: 703, address: 40277, length: 17 },
    { id: 704, address: 40296, length: 65 },
    { id: 713, address: 40363, length: 7 },
    { id: 714, address: 40372, length: 43 },
    { id: 715, address: 40417, length: 7 },
    { id: 802, address: 40426, length: 62 },
  ],
};

function blocksOf(unit: HandMadeUnit, readAtMs = 0, isLive = true): Block[] {
  const plan = sunspecStorage.plan(MAP);
  if (!plan.ok) throw new Error("the hand-made unit has every model");
  if (isLive) unit.readHolding(40000, 1);
  return plan.value.map((read: ReadPlan) => ({
    registers: unit.registers.slice(read.address - 40_000, read.address - 40_000 + read.count),
    readAtMs,
    everyMs: read.everyMs,
  }));
}

const imageOf = (unit: HandMadeUnit, isLive = true): UnitImage =>
  sunspecStorage.image(unitConfig("u"), blocksOf(unit, 0, isLive), VIEW);

function readings(image: UnitImage): Record<string, unknown> {
  const { id: _id, rating: _rating, ...fields } = image;
  return Object.fromEntries(
    Object.entries(fields).map(([name, reading]) => [
      name,
      reading?.quality === "missing"
        ? "missing"
        : typeof reading?.value === "number"
          ? round(reading.value)
          : reading?.value,
    ]),
  );
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;
