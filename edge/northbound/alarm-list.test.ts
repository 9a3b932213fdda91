import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Alarm } from "../alarms/alarm.ts";
import { BenchSite } from "../loop/testing/bench-site.ts";
import { alarmList } from "./alarm-list.ts";

const { config } = new BenchSite();
const alarm = (change: Partial<Alarm>): Alarm => ({
  id: "device.lost/unit-2",
  code: "device.lost",
  device: "unit-2",
  text: "unit-2 does not answer",
  priority: "high",
  isActive: true,
  ackedBy: null,
  shelf: null,
  raisedMs: UtcMs(1_000),
  returnedMs: null,
  times: 1,
  ...change,
});

test.each<[story: string, change: Partial<Alarm>, seen: object]>([
  ["of a unit, on the unit", {}, { source: "Site/Units/unit-2", isActive: true, isAcked: false, timeMs: 1_000 }],
  ["of the meter, on the meter", { device: config.meter.id }, { source: "Site/Meter" }],
  ["of the site as a whole, on the site", { device: null }, { source: "Site" }],
  ["of what this site does not have, on the site", { device: "unit-99" }, { source: "Site" }],
  ["critical", { priority: "critical" }, { severity: 1_000 }],
  ["low", { priority: "low" }, { severity: 200 }],
  ["seen", { ackedBy: "ann" }, { isAcked: true, comment: "seen by ann" }],
  ["over", { isActive: false, returnedMs: UtcMs(5_000) }, { isActive: false, isAcked: false, timeMs: 5_000 }],
  ["that chatters", { times: 7 }, { text: "unit-2 does not answer (7 times)" }],
  [
    "put aside",
    { shelf: { untilMs: UtcMs(9_000), by: "ann", reason: "repair" } },
    { comment: "put aside by ann: repair", isAcked: false },
  ],
])("an alarm %s", (_, change, seen) => {
  expect(alarmList([alarm(change)], config)).toMatchObject([{ id: "device.lost/unit-2", ...seen }]);
});
