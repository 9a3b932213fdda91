import type { ActiveFault } from "@penstock/firmware-sims/faults/index.ts";
import { createSite } from "@penstock/firmware-sims/sites/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { SitePromises } from "./checker.ts";
import { SiteCheckers } from "./site-checkers.ts";

const promises: SitePromises = {
  site: "feeder",
  rampWPerS: 2e6,
  socMin: 0.05,
  socMax: 0.95,
  apparentVAMax: 2.4e6,
  reactionMs: 1_000,
};

function watch(disturb: (truth: ReturnType<typeof createSite>["truth"]) => void): SiteCheckers {
  const site = createSite("feeder", { rng: new Rng(1), startMs: UtcMs(0) });
  const checkers = new SiteCheckers(promises);
  for (let elapsedMs = 0; elapsedMs < 20_000; elapsedMs += 50) {
    site.step(50);
    disturb(site.truth);
    checkers.look(site.truth, 50);
  }
  return checkers;
}

test("a site left alone breaks no promise, and it was really looked at", () => {
  const checkers = watch(() => {});
  expect(checkers.violations).toEqual([]);
  expect(checkers.looks).toBeGreaterThan(2_000);
});

test.each([
  ["grid-connection", (truth) => ({ ...truth, gridPowerW: truth.connectionLimitW.max * 1.05 })],
  ["feeder", (truth) => ({ ...truth, branches: [{ id: "a", powerW: 3.1e6, limitW: { min: -3e6, max: 3e6 } }] })],
  ["power-balance", (truth) => ({ ...truth, siteLoadW: truth.siteLoadW + 5_000 })],
  ["apparent-power", (truth) => ({ ...truth, units: [{ ...truth.units[0], reactivePowerVar: 2.5e6 }] })],
  ["soc-window", (truth) => ({ ...truth, units: [{ ...truth.units[0], soc: 0.02, powerW: 1e6 }] })],
  ["breaker", (truth) => ({ ...truth, breakerClosed: false, gridPowerW: 1e5 })],
  [
    "grid-operator",
    (truth) => ({ ...truth, gridPowerW: 3e6, gridOperatorLimitW: { isActive: true, min: -1e6, max: 1e6 } }),
  ],
] as [
  string,
  (truth: ReturnType<typeof createSite>["truth"]) => object,
][])("the %s judge sees its promise broken", (name, broken) => {
  const site = createSite("feeder", { rng: new Rng(1), startMs: UtcMs(0) });
  const checkers = new SiteCheckers(promises);
  for (let elapsedMs = 0; elapsedMs < 30_000; elapsedMs += 50) {
    site.step(50);
    checkers.look(broken(site.truth) as typeof site.truth, 50);
  }
  expect(checkers.violations.map(({ checker }) => checker)).toContain(name);
});

test.each([
  // fault                                                        its judges wait    the others do not
  [{ kind: "lying", point: "213.W", offset: 5e5 }, "meter-1", "grid-connection", "apparent-power"],
  [{ kind: "stuck" }, "meter-1", "grid-connection", "apparent-power"],
  [{ kind: "lying", point: "713.SoC", offset: 5 }, "unit-1", "soc-window", "grid-connection"],
] as const)("%j on %s excuses %s, not %s, and not for ever", (fault, deviceId, excused, judged) => {
  const site = createSite("feeder", { rng: new Rng(1), startMs: UtcMs(0) });
  const checkers = new SiteCheckers(promises);
  const look = (forMs: number, faults: readonly ActiveFault[]): ReadonlySet<string> => {
    const broken = new Set<string>();
    for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 50) {
      site.step(50);
      const { truth } = site;
      const unit = { ...truth.units[0], soc: 0.02, powerW: 1e6, reactivePowerVar: 2.5e6 };
      const shown = { ...truth, gridPowerW: truth.connectionLimitW.max * 1.05, units: [unit, ...truth.units.slice(1)] };
      checkers.look(shown as typeof truth, 50, faults);
      for (const { checker } of checkers.violations.splice(0)) broken.add(checker);
    }
    return broken;
  };
  const during = look(20_000, [{ deviceId, fault, sinceMs: 0, endsMs: 20_000 }]);
  expect(during.has(excused)).toBe(false);
  expect(during.has(judged)).toBe(true);
  expect(checkers.excusedCount).toBeGreaterThan(0);
  expect(look(60_000, []).has(excused)).toBe(true);
});
