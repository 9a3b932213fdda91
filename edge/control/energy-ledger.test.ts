import { hours, kW, MonotonicMs, Ms, MWh, minutes, seconds, UtcMs, W, type Wh } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { advanceLedger, type EnergyLedger, ledgerFromFact } from "./energy-ledger.ts";
import { good, missing, type Reading } from "./image.ts";
import { sampleImage, sampleUnit } from "./sample-site.ts";
import type { OwnerTerms } from "./site-control-config.ts";

const fresh = Ms(20);
const terms: OwnerTerms = {
  zone: "Australia/Brisbane",
  dayStartsAt: "04:00",
  cyclesPerDayMax: 1,
  rest: { afterCycles: 1, forMs: minutes(30) },
  seasons: [],
};
/** Four in the morning in Brisbane. */
const dayStartMs = Date.UTC(2026, 0, 1, 18);

interface Seen {
  readonly atMs: number;
  readonly lifetimeMWh?: number;
  readonly powerKW?: number;
  readonly wallMs?: number;
}

/** One unit, seen at a moment: its counter where it is read, and its power. */
function seen({ atMs, lifetimeMWh, powerKW = 0, wallMs = dayStartMs + atMs }: Seen) {
  const dischargedWh: Reading<Wh> = lifetimeMWh === undefined ? missing("silent") : good(MWh(lifetimeMWh), fresh);
  return sampleImage({
    monotonicMs: MonotonicMs(atMs),
    nowMs: UtcMs(wallMs),
    units: [sampleUnit("unit-1", { dischargedWh, powerW: good(kW(powerKW), fresh) })],
  });
}

const after = (...moments: Seen[]): EnergyLedger => {
  let ledger: EnergyLedger | undefined;
  for (const moment of moments) ledger = advanceLedger(ledger, seen(moment), terms);
  if (ledger === undefined) throw new Error("nothing was seen");
  return ledger;
};

test.each<[string, Seen[], number]>([
  ["the first reading is where it begins", [{ atMs: 0, lifetimeMWh: 500 }], 0],
  [
    "a counter's growth is what was discharged",
    [
      { atMs: 0, lifetimeMWh: 500 },
      { atMs: 1_000, lifetimeMWh: 501.5 },
    ],
    1.5,
  ],
  [
    "growth while nobody looked counts too",
    [
      { atMs: 0, lifetimeMWh: 500 },
      { atMs: hours(3), lifetimeMWh: 503 },
    ],
    3,
  ],
  [
    "a counter that went back was replaced: it takes nothing off",
    [
      { atMs: 0, lifetimeMWh: 500 },
      { atMs: 1_000, lifetimeMWh: 501 },
      { atMs: 2_000, lifetimeMWh: 3 },
      { atMs: 3_000, lifetimeMWh: 4 },
    ],
    2,
  ],
  [
    "a new day begins at four o'clock with what was discharged since",
    [
      { atMs: 0, lifetimeMWh: 500 },
      { atMs: hours(23), lifetimeMWh: 501 },
      { atMs: hours(24) + 1_000, lifetimeMWh: 501.25 },
    ],
    0.25,
  ],
  [
    "a wall clock that steps back begins no day again",
    [
      { atMs: 0, lifetimeMWh: 500 },
      { atMs: 1_000, lifetimeMWh: 501 },
      { atMs: 2_000, lifetimeMWh: 501, wallMs: dayStartMs - hours(30) },
    ],
    1,
  ],
])("%s", (_what, moments, todayMWh) => {
  expect(after(...moments).dischargedTodayWh / 1e6).toBeCloseTo(todayMWh, 9);
});

test("a unit without a counter is counted by its power, and its counter puts that right when it is back", () => {
  const blind = Array.from({ length: 3_601 }, (_, second) => ({ atMs: seconds(second), powerKW: 1_000 }));
  const ledger = after({ atMs: 0, lifetimeMWh: 500 }, ...blind);
  expect(ledger.dischargedTodayWh / 1e6).toBeCloseTo(1, 6);
  const back = advanceLedger(ledger, seen({ atMs: hours(1) + 1_000, lifetimeMWh: 501.2 }), terms);
  expect(back.dischargedTodayWh / 1e6).toBeCloseTo(1.2, 6);
});

test("within a second nothing is written anew", () => {
  const first = after({ atMs: 0, lifetimeMWh: 500 });
  expect(advanceLedger(first, seen({ atMs: 900, lifetimeMWh: 501 }), terms)).toBe(first);
});

test("a pause of the agreed length is a rest, whenever it comes", () => {
  const moved = after({ atMs: 0, lifetimeMWh: 500 }, { atMs: 1_000, lifetimeMWh: 501, powerKW: 900 });
  expect(moved.dischargedSinceRestWh).toBe(1e6);
  let ledger = moved;
  for (let atMs = 2_000; atMs <= minutes(31); atMs += 1_000) {
    ledger = advanceLedger(ledger, seen({ atMs, lifetimeMWh: 501, powerKW: 2 }), terms);
    if (atMs < minutes(29)) expect(ledger.dischargedSinceRestWh).toBe(1e6);
  }
  expect(ledger.dischargedSinceRestWh).toBe(0);
  expect(ledger.dischargedTodayWh).toBe(1e6);
});

test("what is on disk comes back, with the energy of the time away; what makes no sense does not", () => {
  const ledger = after({ atMs: 0, lifetimeMWh: 500 }, { atMs: 5_000, lifetimeMWh: 501 });
  const fact: unknown = JSON.parse(JSON.stringify(ledger));
  const restored = ledgerFromFact(fact);
  expect(restored).toEqual(ledger);
  const image = seen({ atMs: 10, lifetimeMWh: 501.5, wallMs: dayStartMs + hours(2) });
  // The monotonic clock of the new process began again.
  expect(advanceLedger(restored, image, terms).dischargedTodayWh).toBe(1.5e6);
  for (const broken of [undefined, 7, {}, { ...ledger, month: "May" }, { ...ledger, counters: { a: {} } }]) {
    expect(ledgerFromFact(broken)).toBeUndefined();
  }
});

test("a day of the owner's zone may have 23 hours", () => {
  const berlin = { ...terms, zone: "Europe/Berlin", dayStartsAt: "00:00" };
  const image = sampleImage({
    nowMs: UtcMs(Date.UTC(2026, 2, 29, 12)),
    units: [sampleUnit("a", { powerW: good(W(0), fresh) })],
  });
  const { day, month } = advanceLedger(undefined, image, berlin);
  expect([(day.endMs - day.startMs) / 3_600e3, month]).toEqual([23, 3]);
});
