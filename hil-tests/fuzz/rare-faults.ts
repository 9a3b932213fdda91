import type { Fault, FaultEvent } from "@penstock/firmware-sims/faults/index.ts";
import type { SiteSim } from "@penstock/firmware-sims/sites/index.ts";
import type { Rng } from "@penstock/protocol/rng";
import { hours } from "@penstock/protocol/units";

/**
 * What befalls devices now and then and fools those who believe them: stuck and lying instruments, a second master, a
 * technician at the cabinet, new firmware, points that go missing. Drawn beside the everyday faults of
 * `firmware-sims/faults`; where no site could see through one, `checkers/excuses.ts` says which judges wait.
 */
export function rareFaults(rng: Rng, sim: SiteSim, durationMs: number): FaultEvent[] {
  const events: FaultEvent[] = [];
  for (let atMs = rng.exponential(MEAN_GAP_MS); atMs < durationMs; atMs += rng.exponential(MEAN_GAP_MS)) {
    const unit = rng.pick(sim.units);
    events.push(
      rng.chance(0.4)
        ? { atMs, deviceId: sim.meter.id, fault: meterFault(rng, sim) }
        : { atMs, deviceId: unit.id, fault: unitFault(rng, unit.state.battery.ratings.powerWMax) },
    );
  }
  return events;
}

const MEAN_GAP_MS = hours(0.5);

function meterFault(rng: Rng, { spec }: SiteSim): Fault {
  const durationMs = lasting(rng);
  const model = spec.meterModel ?? 213;
  const what = rng.uniform();
  if (what < 0.4) return { kind: "stuck", durationMs };
  if (what < 0.5) return { kind: "absent", point: `${model}.${rng.pick(["W", "Hz", "PhV"])}`, durationMs };
  const ratedW = spec.unitCount * spec.unit.powerWMax;
  const lie = rng.pick([
    { factor: -1 },
    { factor: rng.between(0.5, 1.5) },
    { offset: ratedW * rng.between(-0.3, 0.3) },
  ]);
  return { kind: "lying", point: `${model}.W`, ...lie, durationMs };
}

function unitFault(rng: Rng, powerWMax: number): Fault {
  const durationMs = lasting(rng);
  const draw = rng.pick([
    (): Fault => ({ kind: "stuck", durationMs }),
    (): Fault => ({ kind: "tripped", durationMs }),
    (): Fault => ({ kind: "derated", fraction: rng.uniform(), durationMs }),
    (): Fault => ({ kind: "local", durationMs }),
    (): Fault => ({ kind: "second-master", powerW: Math.round(rng.between(-1, 1) * powerWMax), durationMs }),
    (): Fault => ({ kind: "absent", point: rng.pick(["701.W", "701.InvSt", "713.SoC", "802.V"]), durationMs }),
    (): Fault => ({ kind: "lying", point: "701.W", factor: rng.between(0.5, 1.5), durationMs }),
    (): Fault => ({ kind: "updated", durationMs }),
  ]);
  return draw();
}

/** Seconds as a rule, now and then longer than anybody looks. */
const lasting = (rng: Rng): number =>
  Math.round(rng.chance(0.7) ? rng.between(2_000, 60_000) : rng.between(60_000, 900_000));
