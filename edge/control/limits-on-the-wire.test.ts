import { Rng } from "@penstock/protocol/rng";
import { Ms, Soc, seconds, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { UnitConfig } from "../config/site-config.ts";
import { activePower } from "../devices/sunspec-der-controls.ts";
import { good, type PowerInterval } from "./image.ts";
import { samplePlant } from "./sample-run.ts";
import { sampleConfig, sampleGrant, sampleImage, sampleInput, sampleUnit } from "./sample-site.ts";
import { initialState, type StepOutput, step } from "./step.ts";

const fresh = Ms(20);

/** What a unit with this scale factor will do of a set-point: written and read as SunSpec 704 has it, `WSet` at 24 and its scale at 55. */
function onTheWire(powerW: W, exponent: number): number {
  const registers = new Uint16Array(80);
  registers[55] = exponent & 0xffff;
  const block = { registers, readAtMs: 0, everyMs: Ms(0) };
  const unit = { safePowerW: W(0), revertAfterMs: seconds(10) } as UnitConfig;
  const into = new Uint16Array(activePower.count);
  expect(activePower.encode(unit, [block, block], { powerW, reactiveVar: 0 as never }, into)).toBe(true);
  return (((into[2] ?? 0) << 16) | (into[3] ?? 0)) * 10 ** exponent;
}

test("after splitting, rounding and every scale factor, each unit and the sum are inside their limits", () => {
  for (let seed = 0; seed < 1_000; seed++) {
    const rng = new Rng(`wire/${seed}`);
    const exponents = Array.from({ length: rng.integer(1, 12) }, () => rng.integer(-1, 5));
    const units = exponents.map((_, index) =>
      sampleUnit(`unit-${index}`, {
        soc: good(Soc(rng.uniform()), fresh),
        chargeWMax: good(W(rng.between(0, 1.2e6)), fresh),
        dischargeWMax: good(W(rng.between(0, 1.2e6)), fresh),
      }),
    );
    const limit: PowerInterval = { powerWMin: W(-rng.between(0, 5e6)), powerWMax: W(rng.between(0, 5e6)) };
    const plant = samplePlant({ gridOperatorLimitW: good(limit, fresh) });
    const grants = [sampleGrant({ powerW: W(rng.between(-9e6, 9e6)) })];
    const input = sampleInput(sampleImage({ units, plant }), { grants });
    let state = initialState(input.image);
    let output: StepOutput | undefined;
    for (let cycle = 1; cycle <= 120; cycle++) {
      const image = { ...input.image, monotonicMs: (cycle * 100) as never };
      output = step(state, { ...input, image }, sampleConfig);
      ({ state } = output);
    }
    let sumW = 0;
    output?.commands.forEach(({ powerW }, index) => {
      const doneW = onTheWire(powerW, exponents[index] ?? 0);
      expect(Math.abs(doneW)).toBeLessThanOrEqual(Math.abs(powerW) + 1e-6);
      expect(doneW * powerW).toBeGreaterThanOrEqual(0);
      sumW += doneW;
    });
    const { interval } = output?.explanation ?? {};
    if (interval === undefined) throw new Error("no cycle was run");
    expect(sumW).toBeLessThanOrEqual(Math.max(0, interval.powerWMax) + 1e-6);
    expect(sumW).toBeGreaterThanOrEqual(Math.min(0, interval.powerWMin) - 1e-6);
  }
});
