import { isDeepStrictEqual } from "node:util";
import { Rng } from "@penstock/protocol/rng";
import { W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { type ControlCore, siteCore } from "../loop/control-core.ts";
import { BenchSite, grantOf, NO_LATCHES } from "../loop/testing/bench-site.ts";
import { readRecording } from "./read-recording.ts";
import { replay } from "./replay.ts";

const RECORDER = { recorder: { folder: "unused", budgetBytes: 1e9 } };

/** What the loop handed on, put together as the files would have it: a segment's chunks in order. */
function segmentsOf(site: BenchSite): Uint8Array[] {
  const bySegment = new Map<number, Uint8Array[]>();
  for (const { chunk } of site.of("recording")) {
    if (chunk.isFirst) bySegment.set(chunk.segmentMs, []);
    bySegment.get(chunk.segmentMs)?.push(chunk.bytes);
  }
  return [...bySegment.values()].map((chunks) => Buffer.concat(chunks));
}

function open(bytes: Uint8Array) {
  const recording = readRecording(bytes);
  if (!recording.ok) throw new Error(recording.error.code);
  return recording.value;
}

/** Ten seconds a step of leases, latches, silence, exceptions, restarts and stopped hearts. */
function troubledSite(seed: string, steps: number, core?: ControlCore): BenchSite {
  const rng = new Rng(seed);
  const site = new BenchSite({
    units: 4,
    grants: [grantOf(2e6)],
    config: RECORDER,
    ...(core === undefined ? {} : { core }),
  });
  site.loop.start();
  for (let step = 0; step < steps; step++) {
    site.run(10_000);
    const unit = rng.pick(site.units);
    site.restW = rng.between(-3e6, 1e6);
    unit.isSilent = rng.chance(0.2);
    unit.isHeartStopped = rng.chance(0.1);
    unit.readException = rng.chance(0.1) ? 4 : 0;
    unit.put(40426 + 45, rng.integer(100, 1_900));
    if (rng.chance(0.1)) unit.restart();
    site.meter.isSilent = rng.chance(0.15);
    const grant = grantOf(rng.between(-4e6, 4e6), { sequence: step + 8, leaseId: `lease-${step}` });
    site.loop.accept({ type: "grants", grants: rng.chance(0.8) ? [grant] : [] });
    const localLimitW = { powerWMin: W(-1e6), powerWMax: W(rng.between(0, 2e6)), by: "a", reason: "works" };
    site.loop.accept({ type: "latches", latches: { ...NO_LATCHES, ...(rng.chance(0.3) && { localLimitW }) } });
  }
  site.loop.stop();
  return site;
}

test("eleven minutes of trouble replays to the last bit, in every cycle of every segment", () => {
  const segments = segmentsOf(troubledSite("trouble", 66)).map(open);
  expect(segments).toHaveLength(2);
  const results = segments.map((segment) => replay(segment));
  expect(results.map(({ differences, first }) => [differences, first])).toEqual([
    [0, undefined],
    [0, undefined],
  ]);
  expect(results.reduce((sum, { cycles }) => sum + cycles, 0)).toBeGreaterThan(6_500);
});

test("the recording holds exactly what the core was given", () => {
  const given: unknown[] = [];
  const core: ControlCore = {
    ...siteCore,
    step: (state, input, config) => {
      given.push(structuredClone(input));
      return siteCore.step(state, input, config);
    },
  };
  const recorded = segmentsOf(troubledSite("exactly", 12, core)).flatMap((bytes) =>
    [...open(bytes).cycles()].map(({ input }) => input),
  );
  expect(recorded.length).toBe(given.length);
  const wrong = recorded.filter((input, index) => !isDeepStrictEqual(input, given[index]));
  expect(wrong).toEqual([]);
});

test("a core that decides otherwise differs, and the first cycle is named", () => {
  const [bytes = new Uint8Array()] = segmentsOf(troubledSite("otherwise", 6));
  const bolder: ControlCore = {
    ...siteCore,
    step: (state, input, config) => {
      const out = siteCore.step(state, input, config);
      return { ...out, commands: out.commands.map((one) => ({ ...one, powerW: W(one.powerW + 1) })) };
    },
  };
  const { differences, first, cycles } = replay(open(bytes), bolder);
  expect(differences).toBeGreaterThan(cycles / 2);
  expect(first?.replayed?.powerW).toBe((first?.recorded?.powerW ?? 0) + 1);
});

test("a segment cut off anywhere replays as far as it goes", () => {
  const [bytes = new Uint8Array()] = segmentsOf(troubledSite("cut", 12));
  const rng = new Rng("cut");
  for (let run = 0; run < 5; run++) {
    const cut = open(bytes.subarray(0, rng.integer(10_000, bytes.length)));
    expect(replay(cut).differences).toBe(0);
  }
  expect(readRecording(new Uint8Array())).toMatchObject({ ok: false, error: { code: "recording.empty" } });
});

test("the moments before a controller error are on record", () => {
  let cycles = 0;
  const core: ControlCore = {
    ...siteCore,
    step: (state, input, config) => {
      if (++cycles > 25) throw new Error("a limit turned inside out");
      return siteCore.step(state, input, config);
    },
  };
  const site = new BenchSite({ core, config: RECORDER });
  site.loop.start();
  expect(() => site.run(3_500)).toThrow("a limit turned inside out");
  const [bytes = new Uint8Array()] = segmentsOf(site);
  expect([...open(bytes).cycles()]).toHaveLength(25);
});
