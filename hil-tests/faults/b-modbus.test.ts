import { DeviceSession } from "@penstock/edge/devices/session.ts";
import { sunspecMeter } from "@penstock/edge/devices/sunspec-meter.ts";
import { inMemoryTransport } from "@penstock/edge/transports/in-memory.ts";
import { mbapWire } from "@penstock/edge/transports/mbap-wire.ts";
import { modbusTransport } from "@penstock/edge/transports/modbus-transport.ts";
import type { TransportError } from "@penstock/edge/transports/register-transport.ts";
import type { Wire, WireEnd, WireOptions } from "@penstock/edge/transports/wire.ts";
import { createMeterReading, Meter } from "@penstock/firmware-sims/devices/index.ts";
import { invariant, ok, type Result } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { kW, Ms, MW, UtcMs } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";
import { codecFuzz } from "../fuzz/codec-fuzz.ts";
import { Stand } from "./stand.ts";

/** A Modbus wire whose socket is the test. */
function line(firstTransactionId = 0) {
  const heard = { asked: new Uint8Array(0) as Uint8Array, ends: [] as WireEnd[], isReset: false };
  let hear = (_: Uint8Array): void => {};
  const options = { host: "", port: 0, unitId: 1, onOpen() {}, onEnd: (end: WireEnd) => void heard.ends.push(end) };
  const wire = mbapWire(options, firstTransactionId, ({ onBytes }) => {
    hear = onBytes;
    const write = (bytes: Uint8Array) => {
      heard.asked = bytes;
    };
    const destroy = () => {
      heard.isReset = true;
    };
    return { write, destroy };
  });
  return { wire, heard, hear: (bytes: Uint8Array) => hear(bytes) };
}

/** One register's value in answer to a transaction, by a unit. */
const answer = (transaction: number, value: number, unitId = 1): Uint8Array =>
  Uint8Array.of(transaction >> 8, transaction & 0xff, 0, 0, 0, 5, unitId, 3, 2, value >> 8, value & 0xff);

describe("B", () => {
  test("21: an answer from before the transaction numbers wrapped is never taken", () => {
    const { wire, heard, hear } = line(0xffff);
    const answers: unknown[] = [];
    wire.read("holding", 257, 1, (result) => answers.push(result));
    expect(heard.asked[0]).toBe(0); // 0xffff + 1: the number begins again at 0.
    hear(answer(0xff00, 1));
    expect(answers).toEqual([]);
    expect(heard.ends).toMatchObject([{ code: "modbus.malformed", cause: "answer 65280 to request 0" }]);
    expect(heard.isReset).toBe(true);
  });

  test("22: after a reply that came too late the next reading is right again", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    stand.fault("unit-2", { kind: "slow", delayMs: 450, durationMs: 1_000 });
    stand.pass(1.2);
    // What is read from now on differs from what was read before: an answer out of step would show.
    stand.grant({ powerW: MW(-1) });
    stand.reach(MW(-1));
    stand.pass(3);
    const unit = stand.site.status()?.devices.find(({ id }) => id === "unit-2");
    expect(unit?.state).toBe("ready");
    expect(unit?.lastReadAgeMs).toBeLessThanOrEqual(1_200);
    expect(stand.truth.units[1]?.powerW).toBeLessThan(-100_000);
    const seenW = stand.site.status()?.units.find(({ id }) => id === "unit-2")?.powerW ?? Number.NaN;
    const isW = stand.truth.units[1]?.powerW ?? Number.NaN;
    expect(Math.abs(seenW - isW)).toBeLessThan(20_000);
  });

  test("23: a gateway that always answers one number ahead is named for what it is and never believed", () => {
    const { wire, heard, hear } = line(6);
    const answers: unknown[] = [];
    wire.read("holding", 40_000, 1, (result) => answers.push(result));
    hear(answer(8, 0x5375));
    expect(answers).toEqual([]);
    expect(heard.ends).toEqual([{ code: "modbus.malformed", cause: "answer 8 to request 7" }]);
  });

  test("24: an answer with another unit's number is rejected", () => {
    const { wire, heard, hear } = line(0);
    const answers: unknown[] = [];
    wire.read("holding", 40_000, 1, (result) => answers.push(result));
    hear(answer(1, 0x5375, 17));
    expect(answers).toEqual([]);
    expect(heard.ends).toEqual([{ code: "modbus.malformed", cause: "unit 17 answers for 1" }]);
  });

  test("26: after 10,000 flaps of the link the device is still asked, and read as soon as it answers", () => {
    const clock = new SimClock(UtcMs(0));
    const meter = new Meter("meter-1", createMeterReading());
    let isDown = false;
    const transport = inMemoryTransport(
      {
        readHolding: (address, count) => (isDown ? undefined : meter.readHolding(address, count)),
        writeHolding: () => undefined,
      },
      { clock },
    );
    const session = new DeviceSession({
      id: "meter-1",
      driver: sunspecMeter,
      control: undefined,
      transport,
      clock,
      deadlineMs: Ms(100),
      lint: () => [],
      onEvent: () => {},
    });
    for (let flap = 0; flap < 10_000; flap++) {
      isDown = flap % 2 === 0;
      session.cycle(undefined);
      clock.advance(Ms(flap % 7 === 0 ? 700 : 110));
    }
    isDown = false;
    for (let cycle = 0; cycle < 20; cycle++) {
      session.cycle(undefined);
      clock.advance(Ms(100));
    }
    expect(session.status()).toMatchObject({ state: "ready" });
    expect(session.status().lastReadAgeMs).toBeLessThanOrEqual(200);
  });

  test("28: a device whose only place another master holds is named for it, asked ever more rarely, and had when it is free", () => {
    const clock = new SimClock(UtcMs(0));
    let isHeld = true;
    let opened = 0;
    // Takes the connection, and ends it with the first request unless its place is free.
    const open = ({ onOpen, onEnd }: WireOptions): Wire => {
      opened++;
      clock.after(Ms(1), onOpen);
      const ask = <T>(answer: (result: Result<T, TransportError>) => void, value: T) =>
        void clock.after(Ms(1), () =>
          isHeld ? onEnd({ code: "modbus.disconnected", cause: "ECONNRESET" }) : answer(ok(value)),
        );
      return {
        read: (_table, _address, count, answer) => ask(answer, new Uint16Array(count)),
        write: (_address, _values, answer) => ask(answer, undefined),
        destroy: () => {},
      };
    };
    const transport = modbusTransport({ host: "", port: 0, unitId: 1, clock, rng: new Rng(28) }, open);
    const said: string[] = [];
    let readAtMs = Number.NaN;
    const ask = (forMs: number) => {
      for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 100) {
        transport.read(0, 1, Ms(100), (result) => {
          if (result.ok) readAtMs = Math.min(clock.monotonicMs(), Number.isNaN(readAtMs) ? Infinity : readAtMs);
          else if (result.error["cause"] !== undefined) said.push(String(result.error["cause"]));
        });
        clock.advance(Ms(100));
      }
    };
    ask(60_000);
    expect(said[0]).toBe("ECONNRESET");
    expect(said.at(-1)).toContain("another master may hold its only place");
    expect(opened).toBeGreaterThan(10);
    expect(opened).toBeLessThan(30);
    isHeld = false;
    const freeAtMs = clock.monotonicMs();
    ask(6_000);
    expect(readAtMs - freeAtMs).toBeLessThanOrEqual(5_100);
  });

  test("30: a map that moves while the connection stays is found again: read, not commanded, until it is back", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    const device = stand.site.sim.deviceById("unit-1");
    invariant(device !== undefined, "the site has a unit-1");
    const state = () => stand.site.status()?.devices.find(({ id }) => id === "unit-1")?.state;
    const quality = () => stand.site.status()?.units.find(({ id }) => id === "unit-1")?.quality;
    device.trouble.shift = 10_000;
    const tookS = stand.until("it is found where it is now", 5, () => state() === "mismatch" && quality() === "good");
    expect(tookS).toBeLessThanOrEqual(3);
    expect(stand.told("device.map-moved", "unit-1")).toBe(1);
    const setPointW = stand.truth.units[0]?.setPointW;
    stand.grant({ powerW: MW(3) });
    stand.pass(3);
    expect([setPointW, 0]).toContain(stand.truth.units[0]?.setPointW);
    device.trouble.shift = 0;
    stand.until("it is what it was", 5, () => state() === "ready" && quality() === "good");
    stand.reach(MW(3));
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("30: a map that moves while its addresses go on answering is noticed at the next read; nothing is written until it is back", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    const state = () => stand.site.status()?.devices.find(({ id }) => id === "unit-1")?.state;
    const shown = () => stand.site.status()?.units.find(({ id }) => id === "unit-1");
    const writes: number[] = [];
    const device = stand.site.sim.deviceById("unit-1");
    invariant(device !== undefined, "the site has a unit-1");
    const { observeWrite } = device;
    device.observeWrite = (id, address, values) => {
      writes.push(address);
      observeWrite?.(id, address, values);
    };
    stand.fault("unit-1", { kind: "remapped" });
    expect(stand.until("it is told", 2, () => stand.told("device.map-moved", "unit-1") > 0)).toBeLessThanOrEqual(0.3);
    writes.length = 0;
    stand.until("it is found where it is now", 5, () => state() === "mismatch" && shown()?.quality === "good");
    expect(Math.abs((shown()?.powerW ?? Number.NaN) - (stand.truth.units[0]?.powerW ?? Number.NaN))).toBeLessThan(
      20_000,
    );
    stand.grant({ powerW: MW(3) });
    stand.pass(5);
    expect(writes).toEqual([]);
    stand.heal("unit-1");
    stand.until("it is what it was", 5, () => state() === "ready" && shown()?.quality === "good");
    stand.reach(MW(3));
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("30: after a firmware update a device is read and not commanded, with an alarm", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    stand.fault("unit-1", { kind: "rebooting", durationMs: 4_000 });
    stand.fault("unit-1", { kind: "updated" });
    stand.until("it is told", 20, () => stand.told("device.identity-changed", "unit-1") > 0);
    const setPointW = stand.truth.units[0]?.setPointW;
    stand.grant({ powerW: MW(3) });
    stand.pass(10);
    expect(stand.truth.units[0]?.setPointW).toBe(setPointW);
    expect(stand.site.status()?.devices.find(({ id }) => id === "unit-1")?.state).toBe("mismatch");
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("31: a device that repeats itself does not look fresh: its readings end when its heartbeat does", () => {
    const stand = new Stand();
    stand.fault("unit-1", { kind: "frozen" });
    stand.until("unit-1 is no longer believed", 8, () => {
      return stand.site.status()?.units.find(({ id }) => id === "unit-1")?.quality !== "good";
    });
    expect(stand.told("device.heartbeat-stopped", "unit-1")).toBe(1);
    stand.heal("unit-1");
    stand.until("unit-1 is believed again", 5, () => {
      return stand.site.status()?.units.find(({ id }) => id === "unit-1")?.quality === "good";
    });
  });

  test("32: a dead device costs its neighbours nothing", () => {
    const stand = new Stand();
    stand.fault("unit-1", { kind: "silent" });
    stand.pass(10);
    for (let look = 0; look < 50; look++) {
      stand.pass(0.1);
      const others = stand.site.status()?.devices.filter(({ id }) => id !== "unit-1") ?? [];
      expect(others).toHaveLength(4);
      // Slow blocks are asked about once a second: the oldest of them tells.
      for (const { lastReadAgeMs } of others) expect(lastReadAgeMs).toBeLessThanOrEqual(1_600);
    }
    expect(stand.site.status()?.loop).toMatchObject({ missedCycles: 0 });
  });

  test.each(["modbus-client", "modbus-server"])("33: broken frames through %s: no crash, no wrong value", (only) => {
    expect(codecFuzz({ seed: 33, frames: 20_000, only }).codecs[0]).toMatchObject({ failures: 0, found: [] });
  });

  test("34: whatever the registers hold, not-implemented never comes out as a number", () => {
    expect(codecFuzz({ seed: 34, frames: 5_000, only: "sunspec-model" }).codecs[0]).toMatchObject({
      failures: 0,
      found: [],
    });
  });

  test("35: a write that was acknowledged and not applied is told within two cycles, and the unit comes to rest", () => {
    const stand = new Stand();
    stand.fault("unit-1", { kind: "forgetting" });
    stand.grant({ powerW: MW(3) });
    const tookS = stand.until("somebody says so", 3, () => stand.told("device.write-not-applied", "unit-1") > 0);
    // The lease takes a moment to arrive and to ramp; then two cycles.
    expect(tookS).toBeLessThanOrEqual(1);
    stand.heal("unit-1");
    stand.reach(MW(3));
  });

  test("36: another master that writes our set-point is found within two seconds and written over", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    stand.pass(2);
    const setPointW = () => stand.truth.units[0]?.setPointW ?? Number.NaN;
    const oursW = setPointW();
    const isOurs = () => Math.abs(setPointW() - oursW) < 20e3;
    stand.fault("unit-1", { kind: "second-master", powerW: kW(100), durationMs: 1_200 });
    stand.until("it steers", 0.6, () => !isOurs());
    const tookS = stand.until("it is told", 2, () => stand.told("device.foreign-write", "unit-1") > 0);
    expect(tookS).toBeLessThanOrEqual(2);
    // Long before the set-point would have been renewed anyway.
    stand.until("it is written over", 0.3, isOurs);
    stand.pass(2);
    stand.reach(MW(2), 2);
    expect(isOurs()).toBe(true);
  });
});
