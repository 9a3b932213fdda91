import { expect, test } from "vitest";
import { UtcMs } from "../units/index.ts";
import { addDays, instantOf, localDateOf, localDay, localDayAt, localText, piecesOf, zoneOffsetMs } from "./index.ts";

const at = (text: string): UtcMs => UtcMs(Date.parse(text));
const hour = 3_600_000;

test.each([
  // zone               date          hours
  ["Europe/Berlin", "2026-03-29", 23],
  ["Europe/Berlin", "2026-10-25", 25],
  ["Europe/Berlin", "2026-06-01", 24],
  ["Europe/London", "2026-03-29", 23],
  ["America/Chicago", "2026-03-08", 23],
  ["America/Chicago", "2026-11-01", 25],
  ["America/Los_Angeles", "2026-11-01", 25],
  ["Australia/Brisbane", "2026-10-04", 24],
])("in %s the %s has %d hours", (zone, date, hours) => {
  const day = localDay(zone, date);
  expect((day.endMs - day.startMs) / hour).toBe(hours);
  expect(piecesOf(day, hour / 4)).toHaveLength(hours * 4);
  expect(localDateOf(zone, day.startMs)).toBe(date);
  expect(localDayAt(zone, UtcMs(day.endMs - 1))).toEqual(day);
});

test("an hour that comes twice is told apart, one that never comes is refused", () => {
  const zone = "Europe/Berlin";
  expect(instantOf(zone, "2026-10-25", "02:30")).toEqual({ ok: true, value: at("2026-10-25T00:30:00Z") });
  expect(instantOf(zone, "2026-10-25", "02:30", 2)).toEqual({ ok: true, value: at("2026-10-25T01:30:00Z") });
  expect(instantOf(zone, "2026-10-25", "03:30", 2)).toEqual({ ok: true, value: at("2026-10-25T02:30:00Z") });
  expect(instantOf(zone, "2026-03-29", "02:30")).toMatchObject({ ok: false, error: { code: "time.no-such-hour" } });
  expect(instantOf(zone, "2026-02-30x", "02:30")).toMatchObject({ ok: false, error: { code: "time.not-a-date" } });
});

test("there and back again, every quarter hour of a year", () => {
  for (const zone of ["Europe/London", "America/Chicago"]) {
    for (
      let instantMs = at("2026-01-01T00:00:00Z");
      instantMs < at("2027-01-01T00:00:00Z");
      instantMs = UtcMs(instantMs + 7 * hour + hour / 4)
    ) {
      const [date = "", time = ""] = localText(zone, instantMs).split("T");
      const back = [1, 2].map((occurrence) => instantOf(zone, date, time, occurrence as 1 | 2));
      expect(back.some((one) => one.ok && one.value === instantMs)).toBe(true);
    }
  }
});

test("an EFA day starts at 23:00 and belongs to the date it ends on", () => {
  const day = localDayAt("Europe/London", at("2026-06-01T23:30:00Z"), "23:00");
  expect(localText("Europe/London", day.startMs)).toBe("2026-06-01T23:00:00");
});

test("offsets are of the instant, not of the date", () => {
  expect(zoneOffsetMs("Europe/London", at("2026-03-29T00:59:59Z"))).toBe(0);
  expect(zoneOffsetMs("Europe/London", at("2026-03-29T01:00:00Z"))).toBe(hour);
  expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
});
