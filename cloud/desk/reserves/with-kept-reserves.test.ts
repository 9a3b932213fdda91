import { MW, MWh, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { UnitEntry } from "../../config/cloud-config.ts";
import { nem } from "../../markets/index.ts";
import { valueCurve } from "../../strategies/index.ts";
import type { AttestedSite } from "../attest-site.ts";
import { DeskWorld, dayStartMs, unitEntry } from "../testing/desk-world.ts";
import { RecentReservePrices } from "./recent-reserve-prices.ts";
import { withKeptReserves } from "./with-kept-reserves.ts";

const siteOf = (siteId: string, powerMW: number): AttestedSite =>
  ({
    capability: { siteId, powerWMaxDischarge: MW(powerMW), capacityWh: MWh(2 * powerMW) },
  }) as unknown as AttestedSite;
const reserves = nem.reserves;
if (reserves === undefined) throw new Error("the NEM buys reserves");
const products = reserves.productsAt(dayStartMs);
const registered = [{ product: "RAISE6SEC", registeredW: MW(12), pricePerMWh: 1 }];

test.each<[number | undefined, readonly (number | undefined)[], string]>([
  // expected   MW each   because
  [5, [8, 4], "by their power"],
  [undefined, [undefined, undefined], "nobody knows what it pays"],
  [0.5, [undefined, undefined], "it will clear below the least it is offered at"],
])("of 12 MW expected to pay %s sites of 20 and 10 MW keep %j: %s", (price, keptMW, _because) => {
  const sites = withKeptReserves([siteOf("a", 20), siteOf("b", 10)], {
    ...{ market: reserves, registered, products },
    expected: () => price,
  });
  const told = sites.map(({ capability }) => capability.keeps?.reserves[0]?.powerWMax);
  expect(told.map((powerW) => (powerW === undefined ? undefined : powerW / 1e6))).toEqual(keptMW);
});

test("what is expected of a reserve is the mean of what was told in a day, and nothing of what was not", () => {
  const prices = new RecentReservePrices();
  const tell = (hour: number, reservePrices?: Readonly<Record<string, number>>): void => {
    const startMs = UtcMs(dayStartMs + hour * 3_600_000);
    const interval = { startMs, endMs: UtcMs(startMs + minutes(5)) };
    const told = reservePrices === undefined ? {} : { reservePrices };
    prices.take({ interval, pricePerMWh: 50, currency: "AUD", awards: [], ...told });
  };
  tell(0, { RAISE6SEC: 100 });
  tell(25, { RAISE6SEC: 4 });
  tell(26);
  tell(27, { RAISE6SEC: 6 });
  expect(prices.expected("RAISE6SEC")).toBe(5);
  expect(prices.expected("LOWER6SEC")).toBeUndefined();
});

test("a unit that sells reserves goes on selling energy and keeps what its reserves need", () => {
  const lowestOf = (reservePrice: number): number => {
    const entry: UnitEntry = {
      ...unitEntry("PNSTK1", ["park"]),
      reserves: { gate: "auto", products: [{ product: "RAISE5MIN", registeredW: MW(8), pricePerMWh: 0 }] },
    };
    const world = new DeskWorld({ units: [entry], strategy: valueCurve });
    Object.assign(world.reservePrices, { at: () => reservePrice });
    world.readings.set("park", { soc: 0.1 });
    world.desk.start();
    world.clock.advance(minutes(16));
    const record = world.results.at(-1)?.standing.get("PNSTK1");
    // The price from which the last of it would be sold.
    return record?.offers[0]?.curve.steps.at(-1)?.pricePerMWh ?? Number.NaN;
  };
  expect(lowestOf(300)).toBeGreaterThan(lowestOf(0) + 20);
});
