import { Var, W, WPerS } from "@penstock/protocol/units";
import type { CoreState, RunningFallback } from "./core-state.ts";
import { strongest } from "./live-grants.ts";
import type { RestOfSite } from "./rest-of-site.ts";
import type { Fallback, SiteControlConfig } from "./site-control-config.ts";
import type { Grant, StepInput, WishSource } from "./step-types.ts";
import { inWords } from "./words.ts";

export interface Wish {
  readonly source: WishSource;
  readonly powerW: W;
  readonly reactiveVar: Var;
  /** Slower than the site's own ramp where the one who wishes says so; Infinity otherwise. */
  readonly rampWPerS: WPerS;
  /** `rest`: no limit may push the battery away from 0. `stop`: the same, and without a ramp. */
  readonly manner: "normal" | "rest" | "stop";
  readonly text: string;
  readonly leaseId: string | undefined;
  /** Kept for the next cycle. */
  readonly lease: Grant | undefined;
  readonly leaseFallback: RunningFallback | undefined;
  readonly meterFallback: RunningFallback | undefined;
}

/** Whose power it is this cycle: stop, then the people at the site, then a live lease, then what follows a lease, then 0. */
export function arbitrate(state: CoreState, input: StepInput, config: SiteControlConfig, rest: RestOfSite): Wish {
  const { image, grants, latches } = input;
  const { monotonicMs } = image;
  const lease = strongest(grants, "setpoint", monotonicMs);
  const leaseFallback = lease === undefined ? afterLease(state, input, config) : undefined;
  const meterFallback =
    image.meter.powerW.quality === "missing"
      ? (state.meterFallback ?? beginFallback(state, input, config.fallback.onMeterLoss, undefined))
      : undefined;
  const kept = { lease, leaseFallback, meterFallback };

  if (latches.stop !== undefined) {
    return { ...atRest("stop", "stop", `stopped by ${latches.stop.by}: ${latches.stop.reason}`), ...kept };
  }
  const estop = strongest(grants, "estop", monotonicMs);
  if (estop !== undefined) {
    const text = `emergency stop ${estop.leaseId}: ${estop.reason}`;
    return { ...atRest("stop", "stop", text), leaseId: estop.leaseId, ...kept };
  }
  if (latches.mode === "maintenance") {
    return { ...atRest("operator", "rest", "site is in maintenance"), ...kept };
  }
  if (latches.mode === "manual") {
    const text = `manual: ${inWords(latches.manualPowerW)}`;
    return { ...atRest("operator", "normal", text), powerW: latches.manualPowerW, ...kept };
  }
  if (lease !== undefined && meterFallback !== undefined) {
    return { ...fallBack(meterFallback, "meter lost", input, rest), ...kept };
  }
  if (lease !== undefined) {
    return {
      source: "lease",
      powerW: lease.powerW,
      reactiveVar: lease.reactiveVar,
      rampWPerS: WPerS(Math.min(lease.rampWPerS ?? Number.POSITIVE_INFINITY, config.leaseRampWPerS)),
      manner: "normal",
      text: `lease ${lease.leaseId}: ${lease.reason}`,
      leaseId: lease.leaseId,
      ...kept,
    };
  }
  if (leaseFallback !== undefined) {
    const ended = leaseFallback.leaseId === undefined ? "no lease is held" : `lease ${leaseFallback.leaseId} ended`;
    return { ...fallBack(leaseFallback, ended, input, rest), ...kept };
  }
  return { ...atRest("site-default", "normal", "nobody asks for power"), ...kept };
}

/**
 * A lease that is gone although its time was not over was withdrawn: nothing follows it. One that ran out is
 * followed by what it names, or by the site's own profile.
 */
function afterLease(state: CoreState, input: StepInput, config: SiteControlConfig): RunningFallback | undefined {
  const ended = state.lease;
  const { onCloudLoss } = config.fallback;
  if (ended === undefined) {
    // A local service does not wait for the cloud to have been there once.
    const local = onCloudLoss.action === "follow-load";
    return state.leaseFallback ?? (local ? beginFallback(state, input, onCloudLoss, undefined) : undefined);
  }
  if (input.image.monotonicMs < ended.expiresMonotonicMs) return undefined;
  return beginFallback(state, input, planAfter(ended, config), ended.leaseId);
}

function planAfter({ onExpire }: Grant, { fallback, ramp }: SiteControlConfig): Fallback {
  switch (onExpire.action) {
    case "ramp-to-zero":
      return { action: "ramp-to-zero", rampWPerS: onExpire.rampWPerS ?? ramp.downWPerS };
    case "hold":
      return { action: "hold", forMs: onExpire.forMs, thenRampWPerS: ramp.downWPerS };
    case "local":
      return fallback.onCloudLoss;
  }
}

const beginFallback = (
  state: CoreState,
  input: StepInput,
  plan: Fallback,
  leaseId: string | undefined,
): RunningFallback => ({ leaseId, sinceMonotonicMs: input.image.monotonicMs, fromW: state.targetW, plan });

type Asked = Omit<Wish, "lease" | "leaseFallback" | "meterFallback">;

function fallBack(running: RunningFallback, cause: string, input: StepInput, rest: RestOfSite): Asked {
  const { plan } = running;
  const asked = atRest("fallback", "normal", `${cause}: coming to rest`);
  switch (plan.action) {
    case "ramp-to-zero":
      return { ...asked, leaseId: running.leaseId, rampWPerS: plan.rampWPerS };
    case "hold": {
      const held = input.image.monotonicMs - running.sinceMonotonicMs < plan.forMs;
      if (!held) return { ...asked, leaseId: running.leaseId, rampWPerS: plan.thenRampWPerS };
      const text = `${cause}: holding ${inWords(running.fromW)}`;
      return { ...asked, leaseId: running.leaseId, powerW: running.fromW, text };
    }
    case "follow-load": {
      if (rest.basis !== "measured")
        return { ...asked, text: `${cause}: no meter to follow the load by, coming to rest` };
      const text = `${cause}: following the load to ${inWords(plan.gridPowerW)} at the meter`;
      return { ...asked, leaseId: running.leaseId, powerW: W(plan.gridPowerW - rest.restW), text };
    }
  }
}

const atRest = (source: WishSource, manner: Wish["manner"], text: string): Asked => ({
  source,
  powerW: W(0),
  reactiveVar: Var(0),
  rampWPerS: WPerS(Number.POSITIVE_INFINITY),
  manner,
  text,
  leaseId: undefined,
});
