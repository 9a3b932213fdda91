import { Rng } from "@penstock/protocol/rng";
import { hours, kW, MonotonicMs, Ms, MW, minutes, seconds, W, WPerS } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, missing, type SiteImage, stale } from "./image.ts";
import { run, samplePlant, settled, tightConfig } from "./sample-run.ts";
import { noLatches, sampleConfig, sampleGrant, sampleImage, sampleInput, sampleUnits } from "./sample-site.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { initialState, step } from "./step.ts";
import type { StepInput } from "./step-types.ts";

const fresh = Ms(20);

const schedule = (powerW: W, startMs = 0) =>
  sampleGrant({
    leaseId: "tomorrow",
    kind: "schedule",
    schedule: [{ startMonotonicMs: MonotonicMs(startMs), endMonotonicMs: MonotonicMs(startMs + hours(1)), powerW }],
  });
const overWire = (powerW: W, untilMs: number) => ({ powerW, expiresMonotonicMs: MonotonicMs(untilMs) });
const commandedBy = (setpoint: W | "none") =>
  sampleImage({ plant: samplePlant({ gridOperatorSetpointW: good(setpoint, fresh) }) });

test.each<[string, Partial<StepInput>, string, number]>([
  ["nobody asks", {}, "site-default", 0],
  ["a lease", { grants: [sampleGrant()] }, "lease", 1e6],
  [
    "two leases: the higher priority",
    { grants: [sampleGrant({ priority: 9, powerW: kW(300) }), sampleGrant()] },
    "lease",
    300e3,
  ],
  [
    "two leases of one priority: the newer",
    { grants: [sampleGrant({ sequence: 2, powerW: kW(400) }), sampleGrant()] },
    "lease",
    400e3,
  ],
  [
    "a lease that has not begun",
    { grants: [sampleGrant({ notBeforeMonotonicMs: MonotonicMs(hours(1)) })] },
    "site-default",
    0,
  ],
  [
    "a lease and a lease limit",
    { grants: [sampleGrant(), sampleGrant({ kind: "limit", limitW: { powerWMin: W(0), powerWMax: kW(700) } })] },
    "lease",
    700e3,
  ],
  ["a schedule held on site", { grants: [schedule(kW(600))] }, "schedule", 600e3],
  ["a lease and a schedule", { grants: [schedule(kW(600)), sampleGrant()] }, "lease", 1e6],
  ["a schedule that says nothing about now", { grants: [schedule(kW(600), hours(2))] }, "site-default", 0],
  [
    "the grid operator against a lease",
    { grants: [sampleGrant()], image: commandedBy(kW(-400)) },
    "grid-operator",
    -400e3,
  ],
  [
    "the grid operator's SCADA against a lease",
    { grants: [sampleGrant()], latches: { ...noLatches, gridOperatorSetpoint: overWire(kW(-400), hours(1)) } },
    "grid-operator",
    -400e3,
  ],
  [
    "a command of SCADA that was not renewed",
    { grants: [sampleGrant()], latches: { ...noLatches, gridOperatorSetpoint: overWire(kW(-400), 5_000) } },
    "lease",
    1e6,
  ],
  ["a grid operator who commands none", { grants: [sampleGrant()], image: commandedBy("none") }, "lease", 1e6],
  [
    "manual against the grid operator's set-point",
    { image: commandedBy(kW(-400)), latches: { ...noLatches, mode: "manual", manualPowerW: kW(-200) } },
    "operator",
    -200e3,
  ],
  ["an emergency stop beside a lease", { grants: [sampleGrant({ kind: "estop" }), sampleGrant()] }, "stop", 0],
  [
    "manual against a lease",
    { grants: [sampleGrant()], latches: { ...noLatches, mode: "manual", manualPowerW: kW(-200) } },
    "operator",
    -200e3,
  ],
  [
    "maintenance against a lease",
    { grants: [sampleGrant()], latches: { ...noLatches, mode: "maintenance" } },
    "operator",
    0,
  ],
  [
    "a stop against all",
    {
      grants: [sampleGrant()],
      latches: { ...noLatches, mode: "manual", manualPowerW: MW(1), stop: { by: "Ana", reason: "smoke" } },
    },
    "stop",
    0,
  ],
])("who rules: %s", (_what, { image = sampleImage(), ...changes }, source, commandedW) => {
  const { explanation } = settled(sampleInput(image, changes));
  expect(explanation).toMatchObject({ source, targetW: commandedW });
});

test("a stop is at once, and no import limit starts the battery again", () => {
  const units = sampleUnits(4, { powerW: good(MW(1), fresh) });
  const image = sampleImage({ units, meterW: MW(-6) });
  const latches = { ...noLatches, stop: { by: "Ana", reason: "smoke" } };
  const { commands } = step(initialState(image), sampleInput(image, { latches }), tightConfig);
  expect(commands.every(({ powerW, reactiveVar }) => powerW === 0 && reactiveVar === 0)).toBe(true);
});

const afterLease = (
  onExpire: Parameters<typeof sampleGrant>[0],
  forMs: number,
  changes: Partial<SiteControlConfig> = {},
) => {
  const config = { ...sampleConfig, ...changes };
  const lease = sampleGrant({ expiresMonotonicMs: MonotonicMs(30_000), ...onExpire });
  return run(sampleInput(sampleImage(), { grants: [lease] }), 30_000 + forMs, config, -250e3).explanation;
};

test.each<[string, Parameters<typeof sampleGrant>[0], number, number, Partial<SiteControlConfig>]>([
  [
    "ramps down at the lease's own rate",
    { onExpire: { action: "ramp-to-zero", rampWPerS: WPerS(100_000) } },
    5_000,
    490e3,
    {},
  ],
  ["comes to rest", { onExpire: { action: "ramp-to-zero", rampWPerS: WPerS(100_000) } }, 15_000, 0, {}],
  ["holds for its time", { onExpire: { action: "hold", forMs: seconds(10) } }, 9_000, 1e6, {}],
  ["then comes to rest", { onExpire: { action: "hold", forMs: seconds(10) } }, 12_000, 0, {}],
  ["does as the site's profile says: ramp", { onExpire: { action: "local" } }, 5_000, 490e3, {}],
  [
    "does as the site's profile says: follow the load",
    { onExpire: { action: "local" } },
    15_000,
    250e3,
    { fallback: { ...sampleConfig.fallback, onCloudLoss: { action: "follow-load", gridPowerW: W(0) } } },
  ],
])("when a lease runs out, the site %s", (_what, onExpire, forMs, commandedW, changes) => {
  expect(afterLease(onExpire, forMs, changes)).toMatchObject({
    source: "fallback",
    targetW: commandedW,
    leaseId: "lease-1",
  });
});

test.each<[string, number, string, number]>([
  // 1 MW by lease for 30 s, held for 10 s more; a schedule of −0.5 MW beside it
  ["the lease runs", 25_000, "lease", 1e6],
  ["it has just ended: its power is held", 35_000, "fallback", 1e6],
  ["then the schedule rules", 60_000, "schedule", -500e3],
])("down the ladder, %s", (_what, atMs, source, commandedW) => {
  const lease = sampleGrant({
    expiresMonotonicMs: MonotonicMs(30_000),
    onExpire: { action: "hold", forMs: seconds(10) },
  });
  const { explanation } = run(sampleInput(sampleImage(), { grants: [lease, schedule(kW(-500))] }), atMs);
  expect(explanation).toMatchObject({ source, targetW: commandedW });
});

test("the grid operator's set-point is about the connection, and a stale one is none", () => {
  const image = commandedBy(MW(1));
  expect(settled(sampleInput(image), sampleConfig, -300e3).explanation.targetW).toBe(1.3e6);
  const late = samplePlant({ gridOperatorSetpointW: stale(MW(1), Ms(900), "late") });
  expect(settled(sampleInput(sampleImage({ plant: late }))).explanation.source).toBe("site-default");
});

test("without a meter a schedule and a grid operator's set-point are not followed either", () => {
  const dark = (image: SiteImage) => ({ ...image, meter: { ...image.meter, powerW: missing("silent") } });
  expect(settled(sampleInput(dark(sampleImage()), { grants: [schedule(MW(1))] })).explanation.source).toBe("fallback");
  expect(settled(sampleInput(dark(commandedBy(MW(1))))).explanation.source).toBe("fallback");
});

test("whoever takes over from whom, the batteries never leap", () => {
  const rng = new Rng("bumpless");
  const lease = (powerW: number) => sampleGrant({ powerW: W(powerW), expiresMonotonicMs: MonotonicMs(Infinity) });
  const rulers: readonly (() => Partial<StepInput>)[] = [
    () => ({}),
    () => ({ grants: [lease(rng.between(-4e6, 4e6))] }),
    () => ({ grants: [schedule(W(rng.between(-4e6, 4e6)))] }),
    () => ({ latches: { ...noLatches, mode: "maintenance" } }),
    () => ({ latches: { ...noLatches, mode: "manual", manualPowerW: W(rng.between(-4e6, 4e6)) } }),
    () => ({ image: commandedBy(W(rng.between(-4e6, 4e6))) }),
    () => ({ latches: { ...noLatches, gridOperatorSetpoint: overWire(W(rng.between(-4e6, 4e6)), hours(9)) } }),
  ];
  const { upWPerS, downWPerS } = sampleConfig.ramp;
  for (let round = 0; round < 200; round++) {
    let ruler = rng.pick(rulers)();
    let state = initialState(sampleImage());
    let beforeW = 0;
    for (let atMs = 100; atMs <= 12_000; atMs += 100) {
      if (atMs % 2_000 === 0) ruler = rng.pick(rulers)();
      const units = sampleUnits(4, { powerW: good(W(beforeW / 4), fresh) });
      const { plant } = ruler.image ?? {};
      const image = sampleImage({ units, plant, meterW: W(beforeW), monotonicMs: MonotonicMs(atMs) });
      const output = step(state, { ...sampleInput(image), ...ruler, image }, sampleConfig);
      ({ state } = output);
      const { targetW } = output.explanation;
      expect(Math.abs(targetW - beforeW)).toBeLessThanOrEqual(0.1 * Math.max(upWPerS, downWPerS) + 1);
      beforeW = targetW;
    }
  }
});

test("a lease that is withdrawn is not followed by its fallback", () => {
  const input = sampleInput(sampleImage(), {
    grants: [sampleGrant({ onExpire: { action: "hold", forMs: minutes(10) } })],
  });
  const { state } = run(input, 10_000);
  const image = sampleImage({
    monotonicMs: MonotonicMs(10_100),
    units: sampleUnits(4, { powerW: good(kW(250), fresh) }),
    meterW: MW(1),
  });
  expect(step(state, sampleInput(image), sampleConfig).explanation).toMatchObject({ source: "site-default", wishW: 0 });
});

test("an expired lease comes back only as a new one", () => {
  const lease = sampleGrant({ expiresMonotonicMs: MonotonicMs(1_000) });
  expect(run(sampleInput(sampleImage(), { grants: [lease] }), 5_000).explanation.source).toBe("fallback");
});
