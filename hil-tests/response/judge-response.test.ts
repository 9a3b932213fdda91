import type { PowerSample } from "@penstock/firmware-sims/sites/index.ts";
import { expect, test } from "vitest";
import { judgeResponse } from "./judge-response.ts";
import { plotResponse } from "./plot-response.ts";
import { readFrequencyFile } from "./read-frequency-file.ts";
import { runResponse } from "./run-response.ts";
import { type ServiceTerms, serviceTerms } from "./service-terms.ts";

const dcLow = serviceTerms["dc-low"] as ServiceTerms;

/** A meter that answers a step to 49.5 Hz at one second in a straight line between two moments, to a part of 5 MW. */
const meter = (startS: number, fullS: number, part = 1): PowerSample[] =>
  Array.from({ length: 400 }, (_, index) => {
    const sinceS = index / 100 - 1;
    const pu = part * Math.max(0, Math.min(1, (sinceS - startS) / Math.max(1e-6, fullS - startS)));
    return {
      atMs: index * 10,
      frequencyHz: sinceS < 0 ? 50 : 49.5,
      gridPowerW: -40e3 + 5e6 * pu,
      batteryPowerW: 5e6 * pu,
    };
  });

test.each<[string, number, number, number, string]>([
  // what the meter shows     begins  full  of the contract   judged
  ["a right answer", 0.3, 0.8, 1, ""],
  ["the quickest right one", 0.26, 0.27, 1, ""],
  ["the slowest right one", 0.49, 0.99, 1, ""],
  ["one too early", 0.1, 0.6, 1, "not before 0.25 s"],
  ["one too late", 0.7, 0.9, 1, "by 0.5 s"],
  ["one too slow", 0.4, 1.4, 1, "full after 1.37 s, by 1 s"],
  ["one too small", 0.3, 0.8, 0.9, "% of the contract outside the envelope"],
  ["one too great", 0.3, 0.8, 1.1, "% of the contract outside the envelope"],
  ["none", 9, 10, 1, "it never moved"],
])("%s: begun after %d s, full after %d s, %d of the contract", (_what, startS, fullS, part, fault) => {
  const { faults } = judgeResponse(meter(startS, fullS, part), 5e6, dcLow);
  if (fault === "") expect(faults).toEqual([]);
  else expect(faults.join("; ")).toContain(fault);
});

test("slack is for machines that many share: it forgives lateness and nothing else", () => {
  expect(judgeResponse(meter(0.6, 1.15), 5e6, dcLow, 0.25).faults).toEqual([]);
  expect(judgeResponse(meter(0.1, 0.6), 5e6, dcLow, 0.25).faults).not.toEqual([]);
});

test.each(Object.keys(serviceTerms))("the simulated park answers a step as the terms of %s want", (name) => {
  const terms = serviceTerms[name] as ServiceTerms;
  for (const phaseMs of [0, 50]) {
    const samples = runResponse({
      services: [terms.contract(5)] as never,
      periodMs: 100,
      phaseMs,
      seed: 3,
      event: { kind: "change", toHz: terms.stepToHz, overMs: 0 },
      forMs: terms.fullByS * 1e3 + 500,
    });
    expect(judgeResponse(samples, 5e6, terms)).toMatchObject({ faults: [] });
  }
});

test("a plot is one whole SVG with every moment in it", () => {
  const samples = meter(0.3, 0.8);
  const judgement = judgeResponse(samples, 5e6, dcLow);
  const svg = plotResponse({ title: "A < B", caption: "well", samples, judgement, terms: dcLow, eventMs: 1_000 });
  expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  expect(svg).toContain("A &lt; B");
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test("a recording is read from where it is asked, with straight lines over its gaps", () => {
  const text = "time,frequency_hz,v\n".concat(
    "2025-04-28 12:33:16,50,1\n2025-04-28 12:33:18,,\n2025-04-28 12:33:20,48,1\n2025-04-28 12:33:22,47.5,1\n",
  );
  expect(readFrequencyFile(text)).toEqual({
    ok: true,
    value: { samplesHz: [50, 49, 48, 47.5], intervalMs: 2_000, filled: 1 },
  });
  expect(readFrequencyFile(text, "12:33:20", 2_000)).toMatchObject({ ok: true, value: { samplesHz: [48, 47.5] } });
  expect(readFrequencyFile(text, "13:00")).toMatchObject({ ok: false, error: { code: "frequency-file.no-such-time" } });
  expect(readFrequencyFile("a,b\n1,2\n")).toMatchObject({ ok: false, error: { code: "frequency-file.no-column" } });
});
