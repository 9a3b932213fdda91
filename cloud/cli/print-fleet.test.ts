import { stripVTControlCharacters } from "node:util";
import { SimClock } from "@penstock/protocol/time";
import { seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { FixtureFleet } from "../fleet/testing/fixture-fleet.ts";
import { commands } from "./commands.ts";
import { printAlarms, printBids, printMarkets, printSites, printSummary } from "./print-fleet.ts";
import { age, energy, paint, plainText, power, table } from "./words.ts";

const plain = paint(false);

function fleet(hasTrouble = false) {
  const clock = new SimClock(UtcMs(1_700_000_000_000));
  const fixture = new FixtureFleet(clock);
  for (let i = 0; i < 60; i++) {
    clock.advance(seconds(1));
    fixture.second();
  }
  if (hasTrouble) fixture.trouble();
  clock.advance(seconds(6));
  fixture.model.refresh();
  return fixture.model.snapshot();
}

test("the summary answers whether anything is wrong", () => {
  const calm = printSummary(fleet().summary, plain).join("\n");
  expect(calm).toContain("3 of 3 sites online");
  expect(calm).toContain("no open alarms");
  const trouble = printSummary(fleet(true).summary, plain).join("\n");
  expect(trouble).toContain("2 of 3 sites online: 1 offline, 1 alarm, 1 normal");
  expect(trouble).toContain("open alarms: 1 high, 1 medium");
});

test("sites are columns under their headings, worst first", () => {
  const { sites, atMs } = fleet(true);
  const lines = printSites(sites, atMs, plain);
  expect(lines[0]).toMatch(/^site +state +battery +target +grid +charge +units +data +following/);
  expect(lines[1]).toMatch(/^feeder +offline .* not heard/);
  expect(lines[2]).toMatch(/^park +alarm .* [kM]W .* [kM]W .* % +10\/10 +6 s +lease/);
});

test("a generated price is said to be one", () => {
  const text = printMarkets(fleet().markets, plain).join("\n");
  expect(text).toMatch(/nem-energy NSW1 {2}-?[\d.]+ AUD\/MWh .* GENERATED PRICES/);
  expect(text).toMatch(/revenue [\d.]+ AUD, \d+ % of the [\d.]+ perfect foresight/);
});

test("a bid is its bands, with what the market made of it", () => {
  const bids = fleet().markets.flatMap((market) => market.bids);
  const text = printBids(bids, plain).join("\n");
  expect(text).toMatch(/PNSTK1 {2}\d\d:\d\d UTC {2}version 1 {2}cleared {2}gate auto {2}awarded/);
  expect(text).toMatch(/-1000\.00 +-6/);
  expect(text).toMatch(/15500\.00 +\+2/);
  expect(printBids([], plain)).toEqual(["no bids for this interval or later ones"]);
});

test("an alarm says where, what and what to do", () => {
  const { alarms, atMs } = fleet(true);
  const text = printAlarms(alarms, atMs, plain).join("\n");
  expect(text).toMatch(/^high +6 s {2}feeder: feeder cannot be heard \(site.link-lost, explains 1 more\)\n +Check/);
  expect(text).toContain("park / unit-07");
  expect(printAlarms([], 0, plain)).toEqual(["no open alarms"]);
});

test("a text from far away cannot steer the terminal", () => {
  const { alarms, atMs } = fleet(true);
  const forged = alarms.map((alarm) => ({ ...alarm, text: "\u001b[2Jgone\r\n" }));
  expect(printAlarms(forged, atMs, plain).join("")).not.toMatch(/\p{Cc}/u);
  expect(plainText("a\u009bb\u0007")).toBe("a?b?");
});

test("colour adds nothing but colour", () => {
  const { sites, atMs } = fleet(true);
  const strip = (lines: readonly string[]) => stripVTControlCharacters(lines.join("\n"));
  expect(strip(printSites(sites, atMs, paint(true)))).toBe(printSites(sites, atMs, plain).join("\n"));
});

test.each([
  [0, "0.0 kW"],
  [-40, "0.0 kW"],
  [null, "-"],
  [12_340, "+12.3 kW"],
  [-499_999, "-500.0 kW"],
  [500_000, "+0.50 MW"],
  [-19e6, "-19.00 MW"],
])("%s W is shown as %s", (powerW, shown) => {
  expect(power(powerW)).toBe(shown);
});

test("ages, energies and tables", () => {
  expect([null, 0, 99_000, 100_000, 5_999_000, 7_200_000].map(age)).toEqual([
    "never",
    "0 s",
    "99 s",
    "2 min",
    "100 min",
    "2 h",
  ]);
  expect([270e3, 39e6].map(energy)).toEqual(["270.0 kWh", "39.0 MWh"]);
  expect(
    table(
      ["a", ">n"],
      [
        ["x", "10"],
        ["long", "5"],
      ],
    ),
  ).toEqual(["a      n", "x     10", "long   5"]);
});

test("every command says what it is for and shows an example that begins with its name", () => {
  for (const [name, { text, example }] of Object.entries(commands)) {
    expect(text.length).toBeGreaterThan(10);
    expect(example.startsWith(`fleetctl ${name}`)).toBe(true);
  }
});
