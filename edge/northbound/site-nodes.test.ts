import { MonotonicMs, Ms, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { BenchSite, grantOf, NO_LATCHES } from "../loop/testing/bench-site.ts";
import type { NodeSample } from "./server-link.ts";
import type { NorthboundView } from "./site-node.ts";
import { siteNodes } from "./site-nodes.ts";

test("the site's nodes say what the site is and does, each with its own time", () => {
  const site = running();
  const { nowMs } = site.loop.status().image;
  expect(sample(site, "Site/Meter/AcActivePowerTotal")).toMatchObject({ quality: "good", value: 2_000_000 });
  expect(sample(site, "Site/Batteries/ActivePower")).toMatchObject({ quality: "good", value: 2_000_000 });
  expect(sample(site, "Site/Batteries/EnergyAvailable")).toMatchObject({ value: 0.55 * 2 * 3_900_000 });
  expect(sample(site, "Site/Units/unit-2/State")).toMatchObject({ value: "running" });
  expect(sample(site, "Site/Control/Source")).toMatchObject({ value: "lease" });
  expect(sample(site, "Site/Meter/AcFrequency").timeMs).toBeLessThanOrEqual(nowMs);
  expect(sample(site, "Site/Meter/AcFrequency").timeMs).toBeGreaterThan(nowMs - 500);
});

test("a set-point is shown while it holds, with what is left of it; none has no figure, since 0 W would be one", () => {
  const site = running();
  expect(sample(site, "Site/GridOperator/Setpoint").quality).toBe("missing");
  expect(sample(site, "Site/GridOperator/SetpointActive")).toMatchObject({ value: false });
  expect(sample(site, "Site/GridOperator/SetpointTime")).toMatchObject({ value: 30 });
  const now = site.clock.monotonicMs();
  const at = (name: string, monotonicMs: number) =>
    sample(site, `Site/GridOperator/${name}`, {
      monotonicMs: MonotonicMs(monotonicMs),
      latches: {
        ...NO_LATCHES,
        gridOperatorSetpoint: { powerW: W(-1e6), expiresMonotonicMs: MonotonicMs(now + 9_000) },
      },
    });
  expect(at("Setpoint", now)).toMatchObject({ quality: "good", value: -1e6 });
  expect(at("SetpointRemaining", now + 2_000)).toMatchObject({ value: 7 });
  expect(at("SetpointActive", now + 9_000)).toMatchObject({ value: false });
  expect(at("Setpoint", now + 9_000).quality).toBe("missing");
});

test("one silent unit makes the sums stale, then unknown, and nothing else", () => {
  const site = running();
  const before = sample(site, "Site/Batteries/ActivePower").timeMs;
  const [silent] = site.units;
  if (silent !== undefined) silent.isSilent = true;
  site.run(1_000);
  expect(sample(site, "Site/Batteries/ActivePower")).toMatchObject({ quality: "stale" });
  expect(sample(site, "Site/Batteries/ActivePower").timeMs).toBeLessThan(before + 500);
  site.run(10_000);
  expect(sample(site, "Site/Batteries/ActivePower").quality).toBe("missing");
  expect(sample(site, "Site/Units/unit-1/ActivePower").quality).toBe("missing");
  expect(sample(site, "Site/Units/unit-2/ActivePower").quality).toBe("good");
});

test("the grid operator's limit is shown as it is latched; without one its figure is the connection's own", () => {
  const site = running();
  expect(sample(site, "Site/GridOperator/ExportLimit")).toMatchObject({ value: 4_000_000 });
  expect(sample(site, "Site/GridOperator/ExportLimitActive")).toMatchObject({ value: false });
  const latched = { powerWMin: W(-1e6), powerWMax: W(Number.POSITIVE_INFINITY) };
  const view = (name: string) => sample(site, name, { latches: { ...NO_LATCHES, gridOperatorLimitW: latched } });
  expect(view("Site/GridOperator/ImportLimit")).toMatchObject({ value: 1_000_000 });
  expect(view("Site/GridOperator/ImportLimitActive")).toMatchObject({ value: true });
  expect(view("Site/GridOperator/ExportLimitActive")).toMatchObject({ value: false });
});

test("before the loop has spoken nothing is known, and a breaker is shown only where there is one", () => {
  const site = running();
  const nodes = siteNodes(site.config);
  const samples = nodes.map((node) =>
    node.sample({
      nowMs: 5,
      monotonicMs: MonotonicMs(0),
      setpointForMs: Ms(30_000),
      site: undefined,
      latches: NO_LATCHES,
      alarms: [],
    }),
  );
  expect(samples.filter(({ quality }) => quality !== "missing")).toEqual([]);
  expect(new Set(nodes.map(({ node }) => node.path)).size).toBe(nodes.length);
  expect(nodes.some(({ node }) => node.path.startsWith("Site/Plant/"))).toBe(false);
  expect(nodes.some(({ node }) => node.isGranted === true)).toBe(false);
});

function running(): BenchSite {
  const site = new BenchSite({ grants: [grantOf(2e6)] });
  site.loop.start();
  site.run(6_000);
  return site;
}

function sample(site: BenchSite, path: string, change: Partial<NorthboundView> = {}): NodeSample {
  const found = siteNodes(site.config).find(({ node }) => node.path === path);
  if (found === undefined) throw new Error(`no node ${path}`);
  return found.sample({
    nowMs: site.clock.nowMs(),
    monotonicMs: site.clock.monotonicMs(),
    setpointForMs: Ms(30_000),
    site: site.loop.status(),
    latches: NO_LATCHES,
    alarms: [],
    ...change,
  });
}
