import { expect, test } from "vitest";
import { createBattery } from "../plant/battery.ts";
import { twoHourContainer } from "../plant/ratings.ts";
import { BatteryUnit } from "./battery-unit.ts";
import { createMeterReading, Meter } from "./meter.ts";

const surroundings = { frequencyHz: 50, voltagePu: 1, ambientC: 20 };
const unit = () => new BatteryUnit("unit-1", createBattery(twoHourContainer, 0.5, 20), surroundings);

const pdu = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

test.each([
  // what                                request                                             answer
  ["reads SunS", [3, 0x9c, 0x40, 0, 2], [3, 4, 0x53, 0x75, 0x6e, 0x53]],
  ["reads SunS as input registers", [4, 0x9c, 0x40, 0, 2], [4, 4, 0x53, 0x75, 0x6e, 0x53]],
  ["does not know coils", [1, 0, 0, 0, 1], [0x81, 1]],
  ["does not know function 23", [23, 0, 0, 0, 1], [0x97, 1]],
  ["does not answer an empty request with data", [], [0x80, 1]],
  ["reads nothing", [3, 0x9c, 0x40, 0, 0], [0x83, 3]],
  ["reads at most 125", [3, 0x9c, 0x40, 0, 126], [0x83, 3]],
  ["has nothing at 0", [3, 0, 0, 0, 2], [0x83, 2]],
  ["ends at 40491", [3, 0x9e, 0x2b, 0, 2], [0x83, 2]],
  ["checks quantity before address", [3, 0, 0, 0, 126], [0x83, 3]],
  ["refuses a short read", [3, 0x9c, 0x40, 0], [0x83, 3]],
  ["refuses half a heartbeat", [6, 0x9d, 0xe6, 0, 7], [0x86, 2]],
  ["writes the battery's heartbeat", [6, 0x9d, 0xfd, 0, 7], [6, 0x9d, 0xfd, 0, 7]],
  ["writes several", [16, 0x9d, 0xe6, 0, 2, 4, 0, 0, 0, 9], [16, 0x9d, 0xe6, 0, 2]],
  ["refuses a byte count that does not fit", [16, 0x9d, 0xe6, 0, 2, 3, 0, 0, 0], [0x90, 3]],
  ["refuses missing bytes", [16, 0x9d, 0xe6, 0, 2, 4, 0, 0, 0], [0x90, 3]],
  ["refuses a value before an action", [16, 0x9d, 0x7e, 0, 1, 2, 0, 2], [0x90, 3]],
])("a unit %s", (_, request, answer) => {
  expect(unit().handle(pdu(...request))).toEqual(pdu(...answer));
});

test("a meter takes no writes at all", () => {
  const meter = new Meter("meter-1", createMeterReading());
  expect(meter.handle(pdu(6, 0x9c, 0xa2, 0, 1))).toEqual(pdu(0x86, 2));
});

test("a read is a view that the next one overwrites; an answer on the wire is the reader's own", () => {
  const device = unit();
  const first = (device.readHolding(40_417, 9) as Uint16Array).slice();
  const answer = device.handle(pdu(3, 0x9d, 0xe1, 0, 9));
  device.tick(5000);
  expect(device.readHolding(40_417, 9)).not.toEqual(first);
  expect(device.handle(pdu(3, 0x9d, 0xe1, 0, 9))).not.toEqual(answer);
  expect(unit().readHolding(40_417, 9)).toEqual(first);
});
