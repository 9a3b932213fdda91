import { minutes, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { Alarms } from "./alarms.ts";

const at = (second: number) => UtcMs(second * 1000);
const shown = (alarms: Alarms, second: number) =>
  alarms
    .list(at(second))
    .map(({ id, hides, count }) => `${id}${hides > 0 ? ` hides ${hides}` : ""}${count > 1 ? ` x${count}` : ""}`);

test("the same cause at the same place is one alarm, since the first time", () => {
  const alarms = new Alarms();
  const fault = { code: "unit.fault", siteId: "park", device: "unit-1", text: "fault" };
  alarms.raise(fault, at(10));
  alarms.raise(fault, at(20));
  alarms.raise({ ...fault, device: "unit-2" }, at(30));
  expect(shown(alarms, 40)).toEqual(["park/unit-1/unit.fault x2", "park/unit-2/unit.fault"]);
  expect(alarms.list(at(40))[0]?.sinceMs).toBe(at(10));
  alarms.clear({ code: "unit.fault", siteId: "park", device: "unit-1" });
  expect(shown(alarms, 40)).toEqual(["park/unit-2/unit.fault"]);
});

test("a lost link hides what is behind it and says how much; nothing is forgotten", () => {
  const alarms = new Alarms();
  for (const device of ["unit-1", "unit-2", "unit-3"]) {
    alarms.raise({ code: "unit.fault", siteId: "park", device, text: "fault" }, at(1));
  }
  alarms.raise({ code: "unit.fault", siteId: "street", device: "home-4", text: "fault" }, at(2));
  alarms.raise({ code: "site.link-lost", siteId: "park", text: "gone" }, at(3));
  expect(shown(alarms, 4)).toEqual(["park/site.link-lost hides 3", "street/home-4/unit.fault"]);
  alarms.clear({ code: "site.link-lost", siteId: "park" });
  expect(shown(alarms, 5)).toHaveLength(4);
});

test("when the cloud itself is cut off, that is the one alarm", () => {
  const alarms = new Alarms();
  alarms.raise({ code: "cloud.link-lost", siteId: null, text: "cut off" }, at(1));
  for (const siteId of ["park", "street"]) alarms.raise({ code: "site.link-lost", siteId, text: "gone" }, at(1));
  alarms.raise({ code: "desk.no-price", siteId: null, text: "no price" }, at(1));
  expect(shown(alarms, 2)).toEqual(["cloud/cloud.link-lost hides 2", "cloud/desk.no-price"]);
});

test.each([
  // raised  delay  stands  looked at  listed
  [0, 5, undefined, 4, false],
  [0, 5, undefined, 5, true],
  [0, 0, 60, 59, true],
  [0, 0, 60, 60, false],
])("raised at %d s, waiting %d s, standing %s s: at %d s listed %s", (raisedS, delayS, standsS, lookS, listed) => {
  const alarms = new Alarms();
  const stands = standsS === undefined ? {} : { standsMs: seconds(standsS) };
  alarms.raise({ code: "x.y", siteId: "park", text: "", delayMs: seconds(delayS), ...stands }, at(raisedS));
  expect(alarms.list(at(lookS))).toHaveLength(listed ? 1 : 0);
});

test("saying it again keeps it open", () => {
  const alarms = new Alarms();
  for (let second = 0; second <= 120; second += 30) {
    alarms.raise({ code: "x.y", siteId: null, text: "", standsMs: minutes(1) }, at(second));
  }
  expect(shown(alarms, 179)).toEqual(["cloud/x.y x5"]);
  expect(shown(alarms, 180)).toEqual([]);
});

test("the most pressing comes first, then the oldest", () => {
  const alarms = new Alarms();
  alarms.raise({ code: "unit.fault", siteId: "b", text: "" }, at(1));
  alarms.raise({ code: "limit-conflict", siteId: "a", text: "" }, at(3));
  alarms.raise({ code: "site.link-lost", siteId: "c", text: "" }, at(2));
  expect(alarms.list(at(4)).map(({ code }) => code)).toEqual(["site.link-lost", "limit-conflict", "unit.fault"]);
});

test("a flood is bounded, and what is most pressing stays", () => {
  const alarms = new Alarms();
  alarms.raise({ code: "limit-conflict", siteId: "a", text: "" }, at(0));
  for (let i = 0; i < 5_050; i++) alarms.raise({ code: "unit.fault", siteId: "b", device: `u${i}`, text: "" }, at(1));
  const list = alarms.list(at(2));
  expect(list).toHaveLength(5_000);
  expect(list[0]?.code).toBe("limit-conflict");
});
