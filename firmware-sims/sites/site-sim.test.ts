import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { createSite, isSiteName, type SiteName, type SiteSim, siteNames } from "./index.ts";

const startMs = Date.UTC(2025, 2, 1, 0) as UtcMs;

const create = (name: SiteName, seed: number, energySpeed = 1): SiteSim =>
  createSite(name, { rng: new Rng(`site-${seed}`), startMs, energySpeed });

function command(site: SiteSim, index: number, powerW: number, timeS = 0): number | undefined {
  const high = (powerW >> 16) & 0xffff;
  return site.units[index]?.writeHolding(
    40_318,
    Uint16Array.of(1, 1, high, powerW & 0xffff, 0, 0, 0x8000, 0x8000, 1, 0, timeS),
  );
}

function run(site: SiteSim, seconds: number, stepMs = 50): void {
  for (let count = 0; count < (seconds * 1000) / stepMs; count++) site.step(stepMs);
}

/** A life with random commands, breakers and steps. */
function* live(site: SiteSim, seed: number, steps = 400): Generator<void> {
  const rng = new Rng(`life-${seed}`);
  for (let step = 0; step < steps; step++) {
    const index = rng.integer(0, site.units.length);
    if (rng.chance(0.3))
      command(site, index, Math.round(rng.between(-1, 1) * site.spec.unit.powerWMax), rng.integer(0, 20));
    if (rng.chance(0.01)) site.openBreaker();
    if (rng.chance(0.05)) site.closeBreaker();
    if (rng.chance(0.02)) site.frequencyStep(rng.between(-0.5, 0.5));
    site.step(rng.pick([10, 50, 50, 100, 1000]));
    yield;
  }
}

const lives = siteNames.flatMap((name) => Array.from({ length: 10 }, (_, seed) => [name, seed] as const));

test.each(lives)("on the %s power is never made nor lost: the balance closes at every step (seed %d)", (name, seed) => {
  const site = create(name, seed);
  const { truth } = site;
  for (const _ of live(site, seed)) {
    const unitsW = truth.units.reduce((sum, unit) => sum + unit.powerW, 0);
    expect(truth.batteryPowerW).toBeCloseTo(unitsW, 5);
    const sumW = unitsW + truth.solarW - truth.siteLoadW - truth.auxiliaryW - truth.lossesW;
    expect(truth.gridPowerW).toBeCloseTo(sumW, 5);
    if (!truth.breakerClosed) expect(Math.abs(truth.gridPowerW)).toBe(0);
  }
});

test.each(lives)("on the %s the meter's energy is the energy that went through it (seed %d)", (name, seed) => {
  const site = create(name, seed);
  const { truth } = site;
  let beforeW = truth.gridPowerW;
  let beforeMs = 0;
  let netWh = 0;
  for (const _ of live(site, seed)) {
    netWh += (((beforeW + truth.gridPowerW) / 2) * (truth.elapsedMs - beforeMs)) / 3_600_000;
    beforeW = truth.gridPowerW;
    beforeMs = truth.elapsedMs;
  }
  expect(truth.exportedWh - truth.importedWh).toBeCloseTo(netWh, 4);
});

test.each(siteNames)("two %s sites of one seed live the same life to the last bit, another seed another", (name) => {
  const lifeOf = (seed: number) => {
    const site = create(name, seed);
    for (const _ of live(site, 1));
    return JSON.stringify(site.truth);
  };
  expect(lifeOf(1)).toBe(lifeOf(1));
  expect(lifeOf(1)).not.toBe(lifeOf(2));
});

test("a park at full discharge exports its rating less load, auxiliaries and losses", () => {
  const site = create("park", 1);
  for (let index = 0; index < 10; index++) expect(command(site, index, 1_927_000)).toBe(0);
  run(site, 5);
  expect(site.truth.batteryPowerW / 1e6).toBeCloseTo(19.27, 3);
  expect(site.truth.gridPowerW / 1e6).toBeCloseTo(19.27 - 0.05 - 0.06 - 0.07, 1);
});

test("a works on a weak feeder takes between 0.8 and 2.5 MW over the day", () => {
  const site = create("feeder", 1, 3600);
  const loads: number[] = [];
  for (let hour = 0; hour < 24; hour++) {
    run(site, 1);
    loads.push(site.truth.siteLoadW);
  }
  expect(Math.min(...loads)).toBeGreaterThan(700_000);
  expect(Math.max(...loads)).toBeLessThan(2_800_000);
});

test("on a weak feeder the voltage follows the battery", () => {
  const site = create("feeder", 1);
  run(site, 1);
  const restV = site.truth.voltageV;
  for (let index = 0; index < 4; index++) command(site, index, 1_000_000);
  run(site, 3);
  expect(site.truth.voltageV).toBeGreaterThan(restV + 100);
});

test("a street has sun at noon and none at midnight", () => {
  const noon = createSite("street", { rng: new Rng(1), startMs: Date.UTC(2025, 2, 1, 2) as UtcMs });
  const midnight = createSite("street", { rng: new Rng(1), startMs: Date.UTC(2025, 2, 1, 14) as UtcMs });
  run(noon, 1);
  run(midnight, 1);
  expect(noon.truth.solarW).toBeGreaterThan(40_000);
  expect(midnight.truth.solarW).toBe(0);
  expect(midnight.truth.siteLoadW).toBeGreaterThan(5000);
});

test("energy runs sixty times faster at energy speed 60; power does not", () => {
  const plain = create("park", 1);
  const fast = create("park", 1, 60);
  for (const site of [plain, fast]) {
    command(site, 0, 1_000_000);
    run(site, 0.3);
  }
  expect(fast.truth.units[0]?.powerW).toBe(plain.truth.units[0]?.powerW);
  const socOf = (site: SiteSim) => site.truth.units[0]?.soc ?? 0;
  const [plainBefore, fastBefore] = [socOf(plain), socOf(fast)];
  for (const site of [plain, fast]) run(site, 10);
  expect((socOf(fast) - fastBefore) / (socOf(plain) - plainBefore)).toBeCloseTo(60, 4);
  expect(fast.truth.marketMs - startMs).toBe(60 * fast.truth.elapsedMs);
  expect(fast.meter.reading.exportedWh).toBeGreaterThan(20 * plain.meter.reading.exportedWh);
});

test("an open breaker stops everything at once; after it closes the units wait and then go on", () => {
  const site = create("feeder", 1);
  command(site, 0, 1_000_000);
  run(site, 3);
  site.openBreaker();
  site.step(50);
  expect(site.truth).toMatchObject({ batteryPowerW: 0, siteLoadW: 0, voltageV: 0, breakerClosed: false });
  expect(site.plantController.read("Plant/BreakerClosed")).toBe(false);
  site.closeBreaker();
  run(site, 5);
  expect(site.truth.batteryPowerW).toBe(0);
  expect(site.truth.siteLoadW).toBeGreaterThan(500_000);
  run(site, 10);
  expect(site.truth.batteryPowerW).toBeCloseTo(1_000_000, 0);
});

test("the grid operator's limit is shown by the plant controller and enforced by nobody here", () => {
  const site = create("park", 1);
  site.setGridOperatorLimit(-20e6, 5e6);
  expect(site.plantController.read("Plant/GridOperatorLimitActive")).toBe(true);
  expect(site.plantController.read("Plant/GridOperatorLimitMax")).toBe(5e6);
  expect(site.truth.gridOperatorLimitW).toEqual({ isActive: true, min: -20e6, max: 5e6 });
  for (let index = 0; index < 10; index++) command(site, index, 1_000_000);
  run(site, 3);
  expect(site.truth.gridPowerW).toBeGreaterThan(9e6);
  site.liftGridOperatorLimit();
  expect(site.plantController.read("Plant/GridOperatorLimitMax")).toBe(20e6);
});

test("a pinned frequency is what everything on the site sees", () => {
  const site = create("park", 1);
  site.pinFrequency(49.5);
  run(site, 1);
  expect(site.truth.frequencyHz).toBe(49.5);
  expect(site.units[0]?.readHolding(40_087, 2)).toEqual(Uint16Array.of(0, 49_500));
  site.pinFrequency(undefined);
  run(site, 1);
  expect(site.truth.frequencyHz).not.toBe(49.5);
});

test("whoever watches the wire sees every accepted write with its device, address and words", () => {
  const site = create("street", 1);
  const seen: string[] = [];
  site.observeWrites((id, address, values) => seen.push(`${id} ${address} ${values.length}`));
  command(site, 4, 2000);
  command(site, 5, 99_000);
  site.meter.writeHolding(40_098, Uint16Array.of(1, 2));
  expect(seen).toEqual(["unit-5 40318 11"]);
});

test("only the shelf's names are sites", () => {
  expect(["park", "feeder", "street", "toString"].map(isSiteName)).toEqual([true, true, true, false]);
});

test("each cable of a yard carries its units less the load beside them, and its meter shows it", () => {
  const site = create("yard", 1);
  command(site, 0, 1_500_000);
  command(site, 3, -800_000);
  run(site, 5);
  const [north, south] = site.truth.branches;
  expect(north?.loadW).toBeGreaterThan(300_000);
  expect(north?.powerW).toBeCloseTo(1_500_000 - (north?.loadW ?? 0), 0);
  expect(south?.powerW).toBeCloseTo(-800_000, 0);
  site.deviceById("north-meter")?.readHolding(40_000, 125);
  const shown = site.deviceById("north-meter");
  expect(shown?.image.value(shown.image.point("213.W"))).toBeCloseTo(north?.powerW ?? 0, -1);
});
