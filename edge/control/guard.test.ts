import { kW, Ms, VA, Var, W, Wh } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { guard } from "./guard.ts";
import { good, missing, type Reading, stale, type UnitImage, type UnitState } from "./image.ts";
import { sampleUnit } from "./sample-site.ts";
import type { UnitCommand } from "./step-types.ts";

const fresh = Ms(20);
const rating = { chargeWMax: W(2), dischargeWMax: W(3), apparentVAMax: VA(3), capacityWh: Wh(10) };
const states: readonly Reading<UnitState>[] = [
  ...(["running", "standby", "starting", "fault", "off"] as const).map((state) => good(state, fresh)),
  stale("running" as const, fresh, "silent"),
  stale("fault" as const, fresh, "silent"),
  missing("silent"),
];
const command = (unitId: string, powerW: number, reactiveVar = 0): UnitCommand => ({
  unitId,
  powerW: W(powerW),
  reactiveVar: Var(reactiveVar),
});

test("in every small world the writes end inside the nameplate, never grow, and a dead unit gets 0", () => {
  const values = [-Infinity, -5, -3, -2, -1, 0, 1, 2, 3, 5, Infinity, Number.NaN];
  let worlds = 0;
  for (const state of states) {
    for (const powerW of values) {
      for (const reactiveVar of values) {
        const units = [sampleUnit("unit-1", { rating, state })];
        const asked = command("unit-1", powerW, reactiveVar);
        const { commands, changes, alarms } = guard([asked], { units });
        const written = commands[0];
        if (written === undefined) throw new Error("nothing may be dropped here");
        const { powerW: p, reactiveVar: q } = written;
        expect(p >= -2 && p <= 3 && p ** 2 + q ** 2 <= 9).toBe(true);
        expect(p === 0 || Math.sign(p) === Math.sign(powerW)).toBe(true);
        expect(q === 0 || Math.sign(q) === Math.sign(reactiveVar)).toBe(true);
        if (Number.isFinite(powerW)) expect(Math.abs(p)).toBeLessThanOrEqual(Math.abs(powerW));
        if (Number.isFinite(reactiveVar)) expect(Math.abs(q)).toBeLessThanOrEqual(Math.abs(reactiveVar));
        const dead = state.quality === "missing" || state.value === "fault" || state.value === "off";
        if (dead || !Number.isFinite(powerW + reactiveVar)) expect([p, q]).toEqual([0, 0]);
        const harmless = powerW >= -2 && powerW <= 3 && powerW ** 2 + reactiveVar ** 2 <= 9 && !dead;
        if (harmless) expect(commands).toEqual([asked]);
        expect(changes.length).toBe(Object.is(p, powerW) && Object.is(q, reactiveVar) ? 0 : 1);
        expect(alarms.length).toBe(changes.length);
        worlds++;
      }
    }
  }
  expect(worlds).toBe(8 * 12 * 12);
});

test("in every small world of two units, whatever their states, commands and order, nothing is ever made larger", () => {
  const powers = [-5, -2, -1, 0, 1, 3, 5, Number.NaN];
  const reactives = [-5, 0, 2];
  const orders = [["a", "b"], ["b", "a"], ["a", "a"], ["c", "b"], ["b"], []] as const;
  const asked = powers.flatMap((powerW) => reactives.map((reactiveVar) => [powerW, reactiveVar] as const));
  const broken: string[] = [];
  let worlds = 0;
  for (const stateA of states) {
    for (const stateB of states) {
      const units = [sampleUnit("a", { rating, state: stateA }), sampleUnit("b", { rating, state: stateB })];
      for (const [powerA, reactiveA] of asked) {
        for (const [powerB, reactiveB] of asked) {
          for (const order of orders) {
            const given = order.map((id, index) =>
              index === 0 ? command(id, powerA, reactiveA) : command(id, powerB, reactiveB),
            );
            const wrong = wrongWith(given, guard(given, { units }).commands, units);
            if (wrong !== undefined) broken.push(`${wrong}: ${JSON.stringify({ given, stateA, stateB })}`);
            worlds++;
          }
        }
      }
    }
  }
  expect(broken.slice(0, 3)).toEqual([]);
  expect(worlds).toBe(8 * 8 * 24 * 24 * 6);
});

/** Judged from the commands and the units alone, without a word of the guard's own reasoning. */
function wrongWith(
  given: readonly UnitCommand[],
  written: readonly UnitCommand[],
  units: readonly UnitImage[],
): string | undefined {
  if (new Set(written.map(({ unitId }) => unitId)).size !== written.length) return "a unit is written twice";
  for (const { unitId, powerW, reactiveVar } of written) {
    const unit = units.find(({ id }) => id === unitId);
    const first = given.find((one) => one.unitId === unitId);
    if (unit === undefined || first === undefined) return "a write that nobody asked for";
    const { state } = unit;
    const isDead = state.quality === "missing" || state.value === "fault" || state.value === "off";
    if (isDead && (powerW !== 0 || reactiveVar !== 0)) return "power into a unit that is dead or unknown";
    if (powerW < -2 || powerW > 3 || powerW ** 2 + reactiveVar ** 2 > 9) return "beyond the nameplate";
    if (powerW * first.powerW < 0 || reactiveVar * first.reactiveVar < 0) return "turned round";
    if (Math.abs(powerW) > Math.abs(first.powerW) || Math.abs(reactiveVar) > Math.abs(first.reactiveVar))
      return "raised";
  }
  return undefined;
}

test.each<[string, UnitCommand[], [string, number][], string[]]>([
  [
    "in order",
    [command("a", 1), command("b", 2)],
    [
      ["a", 1],
      ["b", 2],
    ],
    [],
  ],
  [
    "in another order",
    [command("b", 2), command("a", 1)],
    [
      ["b", 2],
      ["a", 1],
    ],
    [],
  ],
  ["with one for nobody", [command("c", 1), command("a", 1)], [["a", 1]], ["no such unit"]],
  ["with a second for one unit", [command("a", 1), command("a", 2)], [["a", 1]], ["a second command for one unit"]],
])("commands %s", (_what, asked, written, because) => {
  const units = [sampleUnit("a", { rating }), sampleUnit("b", { rating })];
  const guarded = guard(asked, { units });
  expect(guarded.commands.map(({ unitId, powerW }) => [unitId, powerW])).toEqual(written);
  expect(guarded.changes.map((change) => change.because)).toEqual(because);
});

test("a unit whose rating is not a number gets 0", () => {
  const units = [sampleUnit("a", { rating: { ...rating, dischargeWMax: kW(Number.NaN) } })];
  expect(guard([command("a", 1)], { units }).commands).toEqual([command("a", 0)]);
});
