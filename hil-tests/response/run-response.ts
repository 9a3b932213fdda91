import { noLatches } from "@penstock/edge/agent/latches-fact.ts";
import type { SiteConfigDocument } from "@penstock/edge/config/site-document.ts";
import { SiteLoop } from "@penstock/edge/loop/site-loop.ts";
import { createSite, type PowerSample } from "@penstock/firmware-sims/sites/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { onGrid, SimClock } from "@penstock/protocol/time";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { siteConfigOf } from "../harness/site-config.ts";
import { readPlant, virtualTransports } from "../harness/virtual-devices.ts";

export interface ResponseRun {
  readonly services: NonNullable<SiteConfigDocument["services"]>;
  readonly periodMs: number;
  /** From the loop's tick to the change of frequency: an answer must be right whenever the change comes. */
  readonly phaseMs: number;
  readonly seed: number;
  readonly event: FrequencyEvent;
  readonly forMs: number;
}

export type FrequencyEvent =
  /** In `overMs` from nominal to a value, and held there; 0 is a step. */
  | { readonly kind: "change"; readonly toHz: number; readonly overMs: number }
  | { readonly kind: "recording"; readonly samplesHz: readonly number[]; readonly intervalMs: number };

/**
 * The park on the virtual clock with its real drivers, loop and core and no cloud at all: it rests at 50 Hz until it
 * is settled, then frequency does what the event says. Gives what the plant did from just before the event.
 */
export function runResponse({ services, periodMs, phaseMs, seed, event, forMs }: ResponseRun): readonly PowerSample[] {
  const clock = new SimClock(START_MS);
  const site = createSite("park", { rng: new Rng(seed), startMs: START_MS, soc: 0.5 });
  const config = siteConfigOf("park", {
    energySpeed: 1,
    leaseKeys: NO_LEASES,
    freshness: { unitS: 0.5, meterS: 0.4, plantS: 2 },
    periodMs,
    services,
  });
  site.pinFrequency(50);
  onGrid(clock, Ms(PHYSICS_STEP_MS), () => site.step(PHYSICS_STEP_MS));
  const loop: SiteLoop = new SiteLoop({
    clock,
    config,
    transportFor: virtualTransports(site, clock),
    emit: () => {},
    initialLatches: noLatches,
    initialGrants: [],
  });
  loop.start();
  readPlant(site.plantController, clock, Ms(250), (reading) => loop.accept({ type: "plant", reading }));
  clock.advance(Ms(SETTLE_MS + phaseMs));
  site.logPower(true);
  clock.advance(Ms(BEFORE_MS));
  if (event.kind === "change") site.pinFrequency(event.toHz, event.overMs);
  else {
    site.pinFrequency(undefined);
    site.frequencyTrace({ samplesHz: Float64Array.from(event.samplesHz), intervalMs: event.intervalMs });
  }
  clock.advance(Ms(forMs));
  return site.powerLog;
}

const START_MS = UtcMs(Date.UTC(2026, 0, 14, 14));
const PHYSICS_STEP_MS = 10;
const SETTLE_MS = 10_000;
const BEFORE_MS = 1_000;

/** The site has a cloud in its file and none in its world; whoever may lease is of no interest. */
const NO_LEASES = [
  {
    keyId: "nobody",
    publicKeyPem:
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=\n-----END PUBLIC KEY-----\n",
  },
];
