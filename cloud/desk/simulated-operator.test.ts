import { minutes, seconds, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { nem } from "../markets/index.ts";
import { priceQuantityCurve } from "../strategies/index.ts";
import type { MarketOperator } from "./market-operator.ts";
import { DeskWorld, dayStartMs, fiveMinutes, unitEntry } from "./testing/desk-world.ts";

const interval = { startMs: dayStartMs, endMs: UtcMs(dayStartMs + fiveMinutes) };
const { unit } = unitEntry("PNSTK1", ["park"]);

function bidFile(versionNumber: number, decidedAtMs: UtcMs, unitId = unit.id): string {
  const day = nem.tradingDay(dayStartMs);
  const bandPrices = nem.dayBandPrices({ unit, day, levels: [{ sellPrices: [50], buyPrices: [20] }] });
  if (!bandPrices.ok) throw new Error(bandPrices.error.code);
  const bid = nem.buildBid({
    unit: { ...unit, id: unitId },
    interval,
    curve: priceQuantityCurve(W(3e6), []),
    bandPrices: bandPrices.value,
    versionNumber,
    decidedAtMs,
  });
  if (!bid.ok) throw new Error(bid.error.code);
  return nem.encodeBids([bid.value]);
}

function answerTo(operator: MarketOperator, file: string) {
  let said: unknown;
  operator.submit(file, (answer) => {
    said = answer;
  });
  return said;
}

function resultOf(operator: MarketOperator) {
  let said: unknown;
  operator.results(interval, (answer) => {
    said = answer;
  });
  return said;
}

const early = UtcMs(dayStartMs - minutes(4));

test("a bid in time and by the rules is taken", () => {
  const { operator } = new DeskWorld();
  expect(answerTo(operator, bidFile(1, early))).toMatchObject({ ok: true, value: { bids: 1 } });
});

test.each([
  ["a file that is none", "{", "operator.file", []],
  ["a unit of somebody else", bidFile(1, early, "OTHER1"), "operator.unknown-unit", []],
  ["a changed bid without a reason", bidFile(2, early), "operator.rules", ["nem.rebid-reason"]],
])("%s is refused with its rule", (_, file, code, rules) => {
  const { operator } = new DeskWorld();
  const answer = answerTo(operator, file) as { error: { code: string; violations: { rule: string }[] } };
  expect(answer.error.code).toBe(code);
  expect(answer.error.violations.map(({ rule }) => rule)).toEqual(rules);
});

test("a bid whose file says it was decided in time is still refused when it comes after the gate", () => {
  const world = new DeskWorld();
  world.clock.advance(minutes(4.6));
  expect(answerTo(world.operator, bidFile(1, early))).toMatchObject({ error: { code: "operator.gate-closed" } });
});

test("the same version again is refused: it would not be known which one stands", () => {
  const { operator } = new DeskWorld();
  answerTo(operator, bidFile(1, early));
  expect(answerTo(operator, bidFile(1, early))).toMatchObject({
    error: { violations: [{ rule: "operator.version" }] },
  });
});

test("nobody is told a price before its interval begins", () => {
  const world = new DeskWorld();
  world.clock.advance(minutes(4.99));
  expect(resultOf(world.operator)).toMatchObject({ ok: false, error: { code: "operator.not-cleared" } });
  world.clock.advance(seconds(1));
  expect(resultOf(world.operator)).toMatchObject({ ok: true });
});

test("an operator started again holds the bids it had taken, though their gate has closed since", () => {
  const world = new DeskWorld();
  world.clock.advance(minutes(4.6));
  const again = world.newOperator();
  again.restore([bidFile(1, early)]);
  world.clock.advance(minutes(1));
  expect(resultOf(again)).toMatchObject({ ok: true, value: { awards: [{ unitId: "PNSTK1", targetW: 3e6 }] } });
});
