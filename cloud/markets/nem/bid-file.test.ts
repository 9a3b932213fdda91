import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { NemBid } from "./bid.ts";
import { encodeBids, parseBids } from "./bid-file.ts";
import { exampleBid, exampleUnit, withSide } from "./testing/example-bid.ts";
import { validate } from "./validate.ts";

const { startMs } = exampleBid.interval;
const rebid: NemBid = {
  ...withSide("GEN", { energyLimitMWh: 20 }),
  versionNumber: 7,
  rebid: {
    reason: "unit 3 tripped",
    category: "P",
    eventMs: UtcMs(startMs - 300_000),
    awareMs: UtcMs(startMs - 290_000),
    decisionMs: UtcMs(startMs - 61_000),
  },
};

test.each([
  ["a first bid", exampleBid],
  ["a rebid", rebid],
])("%s reads back as it was written", (_, bid) => {
  expect(parseBids(encodeBids([bid]))).toEqual({ ok: true, value: [bid] });
});

test("bids for several intervals of a day are one file", () => {
  const next = { ...exampleBid, interval: { startMs: UtcMs(startMs + 300_000), endMs: UtcMs(startMs + 600_000) } };
  expect(parseBids(encodeBids([exampleBid, next]))).toEqual({ ok: true, value: [exampleBid, next] });
});

test("the file speaks the operator's words and NEM time", () => {
  const file = JSON.parse(encodeBids([rebid]));
  expect(file).toMatchObject({
    tradingDate: "2023-08-01",
    duid: "PARK1",
    service: "ENERGY",
    versionNumber: 7,
    submissionDateTime: "2023-08-01 11:59:00.000",
    rebidExplanation: "unit 3 tripped",
    rebidCategory: "P",
    energyBids: [
      { direction: "GEN", energyPeriods: [{ periodId: 97, maxAvail: 100, energyLimit: 20 }] },
      { direction: "LOAD", energyPeriods: [{ periodId: 97, maxAvail: 90 }] },
    ],
  });
});

test("bids of two units are not one file", () => {
  expect(() => encodeBids([exampleBid, { ...exampleBid, unitId: "PARK2" }])).toThrow("one unit");
});

const broken = (change: (file: Record<string, unknown>) => void): string => {
  const file = JSON.parse(encodeBids([rebid]));
  change(file);
  return JSON.stringify(file);
};

test.each([
  ["no JSON", encodeBids([exampleBid]).slice(0, -9), "nem.bid-file-json"],
  ["another version of the format", broken((file) => Object.assign(file, { specVersion: "9" })), "nem.bid-file-shape"],
  ["a date that is none", broken((file) => Object.assign(file, { tradingDate: "2023-13-01" })), "nem.bid-file-shape"],
  ["a rebid without its times", broken((file) => delete file["rebidAwareTime"]), "nem.bid-file-shape"],
  ["no prices", broken((file) => Object.assign(file, { energyBids: [{ direction: "GEN" }] })), "nem.bid-file-shape"],
])("a file with %s is refused", (_, text, code) => {
  expect(parseBids(text)).toMatchObject({ ok: false, error: { code } });
});

test("a file whose sides list other periods is refused", () => {
  const text = encodeBids([exampleBid]).replace('"periodId": 97', '"periodId": 98');
  expect(parseBids(text)).toMatchObject({ ok: false, error: { code: "nem.bid-file-periods" } });
});

test("a file without the load side is read, and refused by the rules", () => {
  const file = JSON.parse(encodeBids([exampleBid]));
  const read = parseBids(JSON.stringify({ ...file, energyBids: [file.energyBids[0]] }));
  if (!read.ok || read.value[0] === undefined) throw new Error("the file is read");
  expect(validate(read.value[0], exampleUnit)).toMatchObject([{ rule: "nem.both-directions", where: "LOAD" }]);
});
