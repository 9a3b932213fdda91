import { Rng } from "@penstock/protocol/rng";
import { kW, MonotonicMs, Ms, MW, Soc, VA, Var, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, missing, type Reading, stale } from "./image.ts";
import { sampleConfig, sampleGrant, sampleImage, sampleInput, sampleUnits } from "./sample-site.ts";
import type { Service } from "./services/service.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { initialState, type StepOutput, step } from "./step.ts";
import type { StepInput } from "./step-types.ts";

const fresh = Ms(20);

interface Asked {
  readonly mw: number;
  readonly mvar?: number;
  /** What flows at the connection beside the battery. */
  readonly restMW?: number;
  readonly restMvar?: number;
  readonly priority?: "active" | "reactive";
  readonly service?: Service;
}

/** Four units of 1 MW and 1.1 MVA behind a connection of 2 MVA. */
const circle = (priority: Asked["priority"] = "active", services: readonly Service[] = []): SiteControlConfig => ({
  ...sampleConfig,
  connection: { ...sampleConfig.connection, apparentVAMax: VA(2e6), withoutMeterW: kW(200) },
  inverterPriority: priority,
  ...(services.length > 0 && { services: { contracts: services, actuationMs: Ms(100) } }),
});

/** A minute of cycles in which the units do as told and the meter sees it; what stands at the connection in the end. */
function settledAt(
  { mw, mvar = 0, restMW = 0, restMvar = 0, priority, service }: Asked,
  lose: (nowMs: number) => Reading<never> | undefined = () => undefined,
) {
  const config = circle(priority, service && [service]);
  const grants = [sampleGrant({ powerW: MW(mw), reactiveVar: Var(mvar * 1e6) })];
  let units = sampleUnits(4);
  let state = initialState(sampleImage({ units }));
  let output: StepOutput | undefined;
  let [gridW, gridVar] = [0, 0];
  for (let atMs = 0; atMs <= 60_000; atMs += 100) {
    gridW = units.reduce((sum, { powerW }) => sum + (powerW.quality === "good" ? powerW.value : 0), restMW * 1e6);
    gridVar = units.reduce(
      (sum, unit) => sum + (unit.reactiveVar.quality === "good" ? unit.reactiveVar.value : 0),
      restMvar * 1e6,
    );
    const image = sampleImage({ units, monotonicMs: MonotonicMs(atMs) });
    const meter = {
      ...image.meter,
      powerW: good(W(gridW), fresh),
      reactiveVar: lose(atMs) ?? good(Var(gridVar), fresh),
    };
    output = step(state, sampleInput({ ...image, meter }, { grants }), config);
    ({ state } = output);
    const { commands } = output;
    units = units.map((unit, index) => ({
      ...unit,
      powerW: good(commands[index]?.powerW ?? W(0), fresh),
      reactiveVar: good(commands[index]?.reactiveVar ?? Var(0), fresh),
    }));
  }
  const explanation = output?.explanation;
  return {
    gridMW: gridW / 1e6,
    gridMvar: gridVar / 1e6,
    because: explanation?.because ?? [],
    reactive: explanation?.reactive ?? [],
  };
}

test.each<[asked: Asked, gridMW: number, gridMvar: number, because: readonly string[]]>([
  // power first: vars get what the circle of 2 MVA leaves
  [{ mw: 1.6, mvar: 1 }, 1.6, 1, []],
  [{ mw: 1.6, mvar: 1.4 }, 1.6, 1.2, []],
  [{ mw: 4, mvar: 1 }, 2, 0, ["connection-apparent-power"]],
  [{ mw: -4, mvar: 1 }, -2, 0, ["connection-apparent-power"]],
  // the vars of the rest are there already: power gives way to them, and to nobody else's
  [{ mw: 4, restMvar: -1.2 }, 1.6, -1.2, ["connection-apparent-power"]],
  [{ mw: 4, mvar: 1, restMvar: -1.2 }, 1.6, -0.2, ["connection-apparent-power"]],
  // load makes room to discharge, solar takes it
  [{ mw: 4, restMW: -1 }, 2, 0, ["connection-apparent-power"]],
  [{ mw: 4, restMW: 1 }, 2, 0, ["connection-apparent-power"]],
  // vars first: power gets what they leave
  [{ mw: 4, mvar: 1.2, priority: "reactive" }, 1.6, 1.2, ["connection-apparent-power"]],
  [{ mw: 4, mvar: -1.2, priority: "reactive" }, 1.6, -1.2, ["connection-apparent-power"]],
  [{ mw: 4, mvar: 3, priority: "reactive" }, 0, 2, ["connection-apparent-power"]],
  [{ mw: 4, mvar: 1, restMvar: -1, priority: "reactive" }, 2, 0, ["connection-apparent-power"]],
])("behind a circle of 2 MVA, %o leaves %d MW and %d Mvar at the connection", (asked, gridMW, gridMvar, because) => {
  const left = settledAt(asked);
  expect(left.gridMW).toBeCloseTo(gridMW, 3);
  expect(left.gridMvar).toBeCloseTo(gridMvar, 2);
  expect(left.because.filter(({ limit }) => limit === "connection-apparent-power").map(({ limit }) => limit)).toEqual(
    because,
  );
});

test.each<[service: Service, gridMvar: number, gridMW: number]>([
  [{ type: "fixed-reactive", name: "fixedReactive", reactiveVar: Var(1.2e6) }, 1.2, 1.6],
  [{ type: "fixed-power-factor", name: "pf", powerFactor: 0.8, excitation: "over" }, 1.2, 1.6],
])("vars of the service %o go before power too, where vars go first", (service, gridMvar, gridMW) => {
  const left = settledAt({ mw: 1.6, priority: "reactive", service });
  expect(left.gridMvar).toBeCloseTo(gridMvar, 2);
  expect(left.gridMW).toBeCloseTo(gridMW, 2);
  const more = settledAt({ mw: 4, priority: "reactive", service });
  expect([more.gridMW, more.gridMvar]).toEqual([expect.closeTo(1.6, 2), expect.closeTo(1.2, 2)]);
});

test("who loses vars and who loses power is told, with figures", () => {
  const active = settledAt({ mw: 1.6, mvar: 1.4 });
  expect(active.reactive).toMatchObject([
    { service: "connection-apparent-power", text: "the connection's circle leaves 1.20 Mvar of 1.40 Mvar" },
  ]);
  expect(active.reactive[0]?.wantedVar).toBeCloseTo(-0.2e6, -2);
  const reactive = settledAt({ mw: 4, mvar: 1.2, priority: "reactive" });
  expect(reactive.because).toMatchObject([
    {
      limit: "connection-apparent-power",
      text: "the connection carries 2.00 MVA, of which 1.20 Mvar are reactive, vars first",
    },
  ]);
});

test.each<[string, (nowMs: number) => Reading<never> | undefined]>([
  ["is lost on the way", (nowMs) => (nowMs > 30_000 ? missing("silent") : undefined)],
  ["never came", () => missing("silent")],
  ["is stale", (nowMs) => (nowMs > 30_000 ? stale(Var(0) as never, Ms(900), "late") : undefined)],
])("a reactive reading that %s leaves what a site without a meter may do, and no vars", (_what, lose) => {
  const left = settledAt({ mw: 1.6, mvar: 1 }, lose);
  expect(left.gridMW).toBeCloseTo(0.2, 3);
  expect(left.gridMvar).toBe(0);
  expect(left.because.map(({ limit }) => limit)).toContain("connection-apparent-power");
});

test("with time, whatever is asked, the connection's circle is kept and a wider one never leaves less", () => {
  for (let seed = 0; seed < 60; seed++) {
    const rng = new Rng(`circle/${seed}`);
    const asked: Asked = {
      mw: rng.between(-5, 5),
      mvar: rng.between(-5, 5),
      restMW: rng.between(-1.2, 1.2),
      restMvar: rng.between(-1.2, 1.2),
      priority: rng.pick(["active", "reactive"]),
    };
    const { gridMW, gridMvar } = settledAt(asked);
    expect(Math.hypot(gridMW, gridMvar)).toBeLessThanOrEqual(2 + 1e-5);
  }
});

test("a limit on the circle never widens what the site may do", () => {
  for (let seed = 0; seed < 500; seed++) {
    const rng = new Rng(`narrower/${seed}`);
    const units = sampleUnits(rng.integer(1, 6), { soc: good(Soc(rng.uniform()), fresh) });
    const image = sampleImage({ units });
    const meter = {
      ...image.meter,
      powerW: good(W(rng.between(-4e6, 4e6)), fresh),
      reactiveVar: good(Var(rng.between(-4e6, 4e6)), fresh),
    };
    const grants = [sampleGrant({ powerW: W(rng.between(-5e6, 5e6)), reactiveVar: Var(rng.between(-5e6, 5e6)) })];
    const input: StepInput = sampleInput({ ...image, meter }, { grants });
    const priority = rng.pick(["active", "reactive"] as const);
    const free = step(initialState(input.image), input, { ...sampleConfig, inverterPriority: priority }).explanation;
    const bound = step(initialState(input.image), input, circle(priority)).explanation;
    if (bound.alarms.length + free.alarms.length > 0) continue;
    // Vars that were cut at the connection may leave the inverters more room for power: that is no widening.
    if (priority === "reactive") continue;
    expect(bound.interval.powerWMin).toBeGreaterThanOrEqual(free.interval.powerWMin);
    expect(bound.interval.powerWMax).toBeLessThanOrEqual(free.interval.powerWMax);
  }
});
