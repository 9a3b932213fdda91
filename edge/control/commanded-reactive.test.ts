import { MonotonicMs, Ms, MW, Var, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good } from "./image.ts";
import { noLatches, sampleGrant, sampleImage, sampleInput } from "./sample-site.ts";
import { runServices, withServices } from "./services/sample-services.ts";
import type { Service } from "./services/service.ts";
import type { Latches, ReactiveCommand } from "./step-types.ts";

const forEver = MonotonicMs(3_600_000);
const vars = (mvar: number): ReactiveCommand => ({ kind: "reactive", reactiveVar: Var(mvar * 1e6) });
const factor = (powerFactor: number, excitation: "over" | "under"): ReactiveCommand => ({
  kind: "power-factor",
  powerFactor,
  excitation,
});
const fixed: Service = { type: "fixed-reactive", name: "fixedReactive", reactiveVar: Var(2e6) };

interface Story {
  readonly command?: ReactiveCommand;
  readonly until?: MonotonicMs;
  readonly latches?: Partial<Latches>;
  readonly powerMW?: number;
  /** Of the rest of the site, at the meter. */
  readonly restMvar?: number;
}

/** A site of four units whose own contract is 2 Mvar, under a lease; what its units are told in sum. */
function told({ command, until = forEver, latches = {}, powerMW = 0, restMvar = 0 }: Story) {
  const image = sampleImage();
  const meter = { ...image.meter, reactiveVar: good(Var(restMvar * 1e6), Ms(20)) };
  const gridOperatorReactive = command && { ...command, expiresMonotonicMs: until };
  const input = sampleInput(
    { ...image, meter },
    { grants: [sampleGrant({ powerW: MW(powerMW) })], latches: { ...noLatches, gridOperatorReactive, ...latches } },
  );
  const { output } = runServices(input, withServices(fixed), 30_000, () => 50).at(-1) ?? {};
  const reactiveVar = output?.commands.reduce((sum, one) => sum + one.reactiveVar, 0) ?? Number.NaN;
  return { mvar: reactiveVar / 1e6, lines: output?.explanation.reactive ?? [] };
}

test.each<[what: string, story: Story, mvar: number, service: string]>([
  ["nothing commanded", {}, 2, "fixedReactive"],
  ["vars in place of the site's own", { command: vars(1) }, 1, "grid-operator"],
  ["vars that absorb", { command: vars(-1.5) }, -1.5, "grid-operator"],
  ["no vars", { command: vars(0) }, 0, "grid-operator"],
  ["what the rest of the site makes comes off", { command: vars(1), restMvar: 0.4 }, 0.6, "grid-operator"],
  ["a power factor, over-excited", { command: factor(0.95, "over"), powerMW: 2 }, 0.657, "grid-operator"],
  ["one, charging and under-excited", { command: factor(0.95, "under"), powerMW: -2 }, -0.657, "grid-operator"],
  ["one at no power", { command: factor(0.9, "over") }, 0, "grid-operator"],
  ["one whose time is over", { command: vars(1), until: MonotonicMs(0) }, 2, "fixedReactive"],
])("%s", (_, story, mvar, service) => {
  const { mvar: sum, lines } = told(story);
  expect(sum).toBeCloseTo(mvar, 3);
  expect(lines.map((line) => line.service)).toEqual([service]);
});

test("people at the site stand above it, and the units' circles below it", () => {
  const manual = { mode: "manual" as const, manualPowerW: W(0) };
  expect(told({ command: vars(1), latches: manual }).lines.map(({ service }) => service)).not.toContain(
    "grid-operator",
  );
  const stop = { stop: { by: "ada", reason: "works" } };
  expect(told({ command: vars(1), latches: stop }).mvar).toBe(0);
  expect(told({ command: vars(3), powerMW: 4 }).mvar).toBeCloseTo(4 * 0.458, 2);
});
