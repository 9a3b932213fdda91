import { Ms, Var, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Control } from "./driver.ts";
import { sunspecStorage } from "./sunspec-storage.ts";
import { HandMadeUnit } from "./testing/hand-made-unit.ts";
import { power, SessionBench } from "./testing/session-bench.ts";

test("a unit is found, read in full, and only then commanded", () => {
  const bench = new Bench();
  bench.run(100);
  expect(bench.session.status().state).toBe("ready");
  expect(bench.session.isSettled).toBe(true);
  expect(bench.unit.writes).toEqual([]);
  bench.setpoint = power(500_000);
  bench.run(200);
  expect(bench.powerWrites()).toEqual([500_000]);
  expect(bench.image().setpointW).toMatchObject({ quality: "good", value: 500_000 });
  expect(bench.image().powerW).toMatchObject({ quality: "good", value: 500_000 });
  expect(bench.codes()).toEqual(["device.ready"]);
});

test("an unchanged set-point is written again at a third of the unit's revert time, a changed one at once", () => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(6_000); // revert time 6 s: every 2 s
  expect(bench.powerWrites()).toEqual([500_000, 500_000, 500_000]);
  bench.setpoint = power(600_000);
  bench.run(100);
  expect(bench.powerWrites()).toEqual([500_000, 500_000, 500_000, 600_000]);
});

test("a process that stood still does not write what it was told before", () => {
  const bench = new Bench({ latencyMs: Ms(20) });
  bench.setpoint = power(500_000);
  bench.run(1_000);
  const before = bench.powerWrites().length;
  expect(before).toBeGreaterThan(0);
  bench.session.cycle(bench.setpoint);
  bench.session.cycle(power(600_000)); // waits for the read that is under way when the process stops
  bench.heldUpMs = 15_000;
  bench.clock.advance(Ms(500)); // its answer is there before the loop has looked
  expect(bench.powerWrites()).toHaveLength(before);
  bench.setpoint = power(0);
  bench.run(200);
  expect(bench.powerWrites().at(-1)).toBe(0);
});

test("reactive power is left alone until it is wanted, and kept from then on", () => {
  const bench = new Bench();
  bench.setpoint = power(0);
  bench.run(1_000);
  expect(bench.writesTo(40296 + 35)).toHaveLength(0);
  bench.setpoint = { powerW: W(0), reactiveVar: Var(1_000) };
  bench.run(1_000);
  bench.setpoint = power(0);
  bench.run(1_000);
  expect(bench.writesTo(40296 + 35).map((write) => write.values[4])).toEqual([1_000, 0]);
});

test("the heartbeat goes out once a second and never without a set-point", () => {
  const bench = new Bench();
  bench.run(3_000);
  expect(bench.writesTo(40417 + 5)).toHaveLength(0);
  bench.setpoint = power(0);
  bench.run(5_000);
  expect(bench.writesTo(40417 + 5).map((write) => write.values)).toEqual([
    [0, 1],
    [0, 2],
    [0, 3],
    [0, 4],
    [0, 5],
  ]);
});

test("a silent unit's readings grow old, it is lost after three failures, and found again when it answers", () => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_000);
  bench.unit.isSilent = true;
  bench.run(1_000);
  expect(bench.image().powerW.quality).toBe("stale");
  expect(bench.session.status()).toMatchObject({ state: "lost", lastError: "modbus.timeout (deadlineMs=100)" });
  bench.run(1_000);
  expect(bench.image().powerW.quality).toBe("missing");
  bench.unit.isSilent = false;
  bench.run(1_000);
  expect(bench.session.status().state).toBe("ready");
  expect(bench.image().powerW).toMatchObject({ quality: "good", value: 500_000 });
  expect(bench.codes()).toContain("device.lost");
});

test("one lost answer costs one cycle and nobody rediscovers anything", () => {
  const bench = new Bench();
  bench.run(1_000);
  const readsBefore = bench.unit.reads;
  bench.unit.isSilent = true;
  bench.run(100);
  bench.unit.isSilent = false;
  bench.run(300);
  expect(bench.session.status()).toMatchObject({ state: "ready", timeouts: 1 });
  expect(bench.unit.reads - readsBefore).toBeLessThan(20); // a discovery takes 22
});

test("a unit slower than the cycle is still read, one round after the other", () => {
  const bench = new Bench({ latencyMs: Ms(80) });
  bench.setpoint = power(500_000);
  bench.run(5_000);
  expect(bench.image().powerW.quality).toBe("good");
  expect(bench.image().soc.quality).toBe("good");
  expect(bench.powerWrites().length).toBeGreaterThanOrEqual(1);
});

test("a write that is acknowledged and forgotten is found out within two cycles and repeated", () => {
  const bench = new Bench();
  bench.run(100);
  bench.unit.isForgetful = true;
  bench.setpoint = power(500_000);
  bench.run(200);
  expect(bench.codes()).toContain("device.write-not-applied");
  bench.unit.isForgetful = false;
  bench.run(200);
  expect(bench.image().setpointW).toMatchObject({ value: 500_000 });
});

test("another master's set-point is noticed at the next read and overwritten", () => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_000);
  bench.unit.put(40296 + 24, 0x0001, 0x0000); // somebody orders 65,536 W
  bench.run(200);
  expect(bench.codes()).toContain("device.foreign-write");
  expect(bench.image().setpointW).toMatchObject({ value: 500_000 });
});

test("a unit that went to its safe value by its own timer is told again", () => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_000);
  bench.unit.writeException = 6;
  bench.run(7_000);
  expect(bench.image().setpointW).toMatchObject({ value: 0 });
  bench.unit.writeException = 0;
  bench.run(300);
  expect(bench.image().setpointW).toMatchObject({ value: 500_000 });
  expect(bench.codes()).toContain("device.write-refused");
});

test("a unit that loses its settings in a restart is reported as reverted", () => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_000);
  bench.unit.restart();
  bench.run(300);
  expect(bench.codes()).toContain("device.reverted");
  expect(bench.image().setpointW).toMatchObject({ value: 500_000 });
});

test("a unit that answers with an unmoving heartbeat is not believed after three seconds", () => {
  const bench = new Bench();
  bench.run(2_000);
  bench.unit.isHeartStopped = true;
  bench.run(3_000);
  expect(bench.image().powerW.quality).toBe("good");
  bench.run(3_500);
  expect(bench.image().powerW.quality).not.toBe("good");
  expect(bench.codes()).toContain("device.heartbeat-stopped");
  bench.unit.isHeartStopped = false;
  bench.run(2_000);
  expect(bench.image().powerW.quality).toBe("good");
});

test("a unit with another serial number is read but not commanded", () => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_000);
  bench.unit.isSilent = true;
  bench.run(1_000);
  bench.unit.put(40052, 0x5858);
  bench.unit.isSilent = false;
  const writesBefore = bench.unit.writes.length;
  bench.run(3_000);
  expect(bench.session.status().state).toBe("mismatch");
  expect(bench.codes()).toContain("device.identity-changed");
  expect(bench.image().powerW.quality).toBe("good");
  expect(bench.unit.writes.length).toBe(writesBefore);
});

test("a map that moves while every address goes on answering: nothing more is written or believed, and it is read where it is now", () => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_000);
  const before = bench.unit.registers.slice();
  const moved = before.slice();
  moved.copyWithin(70 + 12, 70, 480); // twelve registers of a maker's own behind model 1
  moved.set([64_900, 10, ...new Array(10).fill(0)], 70);
  bench.unit.registers.set(moved);
  bench.run(100);
  const writes = bench.unit.writes.length;
  expect(bench.codes()).toContain("device.map-moved");
  bench.setpoint = power(600_000);
  bench.run(400);
  expect(bench.image().powerW.quality).not.toBe("missing"); // grows old
  bench.run(3_000);
  expect(bench.session.status().state).toBe("mismatch");
  expect(bench.session.map?.models.slice(1, 3)).toMatchObject([
    { id: 64_900, address: 40070, length: 10 },
    { id: 701, address: 40082, length: 153 },
  ]);
  expect(bench.unit.writes.length).toBe(writes);
  bench.unit.registers.set(before);
  bench.run(3_000);
  expect(bench.session.status().state).toBe("ready");
  expect(bench.image().setpointW).toMatchObject({ value: 600_000 });
});

test.each([
  ["firmware", 40044],
  ["serial number", 40052],
])("another %s under a connection that stayed is found within ten seconds, and the device is not commanded", (_what, address) => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_000);
  bench.unit.put(address, 0x5858);
  bench.run(11_500);
  expect(bench.codes()).toEqual(expect.arrayContaining(["device.map-moved", "device.identity-changed"]));
  expect(bench.session.status().state).toBe("mismatch");
  const writes = bench.unit.writes.length;
  bench.run(3_000);
  expect(bench.unit.writes.length).toBe(writes);
});

test("who the device is costs one read in ten seconds, and its models' heads none of their own", () => {
  const bench = new Bench();
  bench.run(2_000);
  const before = bench.unit.reads;
  bench.run(10_000);
  // 701 and 704 every cycle; 713, 802, 702, 714, 715 and 703 every second; model 1 once.
  expect(bench.unit.reads - before).toBeLessThanOrEqual(2 * 100 + 6 * 10 + 1);
});

test.each([
  ["no SunS anywhere", (unit: HandMadeUnit) => unit.put(40000, 0)],
  ["a model of length 0", (unit: HandMadeUnit) => unit.put(40071, 0)],
  ["a chain without the battery", (unit: HandMadeUnit) => unit.put(40426, 803)],
])("a device with %s is a mismatch, and settles so that the site can begin without it", (_, spoil) => {
  const unit = new HandMadeUnit();
  spoil(unit);
  const bench = new Bench({ unit });
  bench.setpoint = power(500_000);
  bench.run(1_000);
  expect(bench.session.status().state).toBe("mismatch");
  expect(bench.session.isSettled).toBe(true);
  expect(bench.codes()).toContain("device.map-mismatch");
  expect(unit.writes).toEqual([]);
});

test("a chain that ends with exception 2 instead of a marker is a chain that ends", () => {
  const unit = new HandMadeUnit();
  unit.endsAt = 40490;
  const bench = new Bench({ unit });
  bench.run(200);
  expect(bench.session.status().state).toBe("ready");
});

test("a unit that answers everything with an exception settles, counts, and is reported once in ten seconds", () => {
  const bench = new Bench();
  bench.run(500);
  bench.unit.readException = 4;
  bench.run(5_000);
  expect(bench.session.status().exceptions).toBeGreaterThan(50);
  expect(bench.codes().filter((code) => code === "device.exception")).toHaveLength(1);
  expect(bench.session.status().lastError).toContain("server device failure");
});

test.each<[story: string, address: number, word: number, setting: string]>([
  ["the active power limit of 704", 40296 + 15, 50, "704 active power limit"],
  ["the charge rate of 702", 40225 + 34, 100, "702 settings"],
  ["enter service in 703", 40277 + 2, 0, "703 enter service"],
])("somebody else writes %s: the event names register and values within two seconds", (_, address, word, setting) => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_500);
  bench.unit.put(address, word);
  bench.run(1_900);
  const event = bench.events.find(({ code }) => code === "device.foreign-write");
  expect(event?.facts).toMatchObject({ name: setting, register: address });
  expect(String(event?.facts["after"]).split(" ")[0]).toBe(word.toString(16).padStart(4, "0"));
});

test("a unit that refuses twice in a row is refusing, and stays so for ten seconds after the last refusal", () => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_000);
  expect(bench.image().refused).toMatchObject({ value: false });
  bench.unit.writeException = 4;
  bench.setpoint = power(600_000);
  bench.run(100);
  expect(bench.image().refused).toMatchObject({ value: false });
  bench.run(200);
  expect(bench.image().refused).toMatchObject({ quality: "good", value: true });
  bench.unit.writeException = 0;
  bench.run(9_000);
  expect(bench.image().refused).toMatchObject({ value: true });
  bench.run(2_000);
  expect(bench.image().refused).toMatchObject({ value: false });
});

test("a driver that would write outside its own list stops the process before the wire", () => {
  const stray: Control = {
    name: "stray",
    place: () => 40_000,
    count: 1,
    block: 1,
    blockOffset: 0,
    isWanted: () => true,
    encode: () => true,
    isApplied: () => true,
    hasReverted: () => false,
  };
  const unit = new HandMadeUnit();
  const bench = new SessionBench({ ...sunspecStorage, controls: [stray] }, unit);
  bench.run(200);
  bench.setpoint = power(0);
  expect(() => bench.run(100)).toThrow("may not write registers 40000 to 40000");
  expect(unit.writes).toEqual([]);
});

test("a unit whose figures cannot be is neither believed nor commanded, and says why", () => {
  const unit = new HandMadeUnit();
  unit.put(40363 + 7, 0); // WH_SF 0: a unit of 3.9 kWh
  const bench = new Bench({ unit });
  bench.setpoint = power(500_000);
  bench.run(1_000);
  expect(bench.session.status().state).toBe("mismatch");
  expect(bench.session.status().lastError).toContain("713 WHRtg reads 3900, and 1300000 to 11700000 can be");
  expect(bench.image().powerW.quality).toBe("missing");
  expect(unit.writes).toEqual([]);
});

/** The same with the hand-made unit of these tests. */
class Bench extends SessionBench {
  readonly unit: HandMadeUnit;

  constructor({ unit = new HandMadeUnit(), latencyMs = Ms(0) }: { unit?: HandMadeUnit; latencyMs?: Ms } = {}) {
    super(sunspecStorage, unit, { latencyMs });
    this.unit = unit;
    unit.nowS = () => this.nowS;
  }

  writesTo(address: number) {
    return this.unit.writes.filter((write) => write.address === address);
  }

  powerWrites(): number[] {
    return this.writesTo(40296 + 22).map((write) => ((write.values[2] ?? 0) << 16) | (write.values[3] ?? 0));
  }
}

test("a person's question is read after the cycle's own reads, and a wrong address costs nobody anything", () => {
  const bench = new Bench();
  bench.run(200);
  const answers: unknown[] = [];
  bench.session.readOnce(40000, 2, (result) => answers.push(result.ok && Array.from(result.value)));
  bench.session.readOnce(9, 1, (result) => answers.push(result.ok || result.error.code));
  bench.run(200);
  expect(answers).toEqual([[0x5375, 0x6e53], "modbus.exception"]);
  expect(bench.session.status()).toMatchObject({ state: "ready", exceptions: 0 });
  expect(bench.codes()).toEqual(["device.ready"]);
  for (let i = 0; i < 9; i++)
    bench.session.readOnce(40000, 1, (result) => answers.push(result.ok || result.error.code));
  expect(answers.at(-1)).toBe("device.busy");
});

test("while writes are withheld the device is read and its own timer is left to run", () => {
  const bench = new Bench();
  bench.setpoint = power(500_000);
  bench.run(1_000);
  const before = bench.unit.writes.length;
  bench.session.withholdWrites(Ms(5_000));
  bench.run(4_900);
  expect(bench.unit.writes.length).toBe(before);
  expect(bench.session.status().state).toBe("ready");
  bench.run(1_000);
  expect(bench.powerWrites().at(-1)).toBe(500_000);
  expect(bench.unit.writes.length).toBeGreaterThan(before);
});
