import { Var, W, WPerS } from "@penstock/protocol/units";
import type { CoreState, RunningFallback } from "./core-state.ts";
import type { PlantImage, SiteImage } from "./image.ts";
import { scheduledNow, strongest } from "./live-grants.ts";
import type { RestOfSite } from "./rest-of-site.ts";
import type { Fallback, SiteControlConfig } from "./site-control-config.ts";
import type { Grant, Latches, StepInput, WishSource } from "./step-types.ts";
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

/**
 * Whose power it is this cycle: stop, then the people at the site, then the grid operator's set-point, then a live
 * lease, then the schedule held on site, then what follows a lease, then 0.
 */
export function arbitrate(state: CoreState, input: StepInput, config: SiteControlConfig, rest: RestOfSite): Wish {
  const { image, grants } = input;
  const lease = strongest(grants, "setpoint", image.monotonicMs);
  const leaseFallback = lease === undefined ? afterLease(state, input, config) : undefined;
  const meterFallback =
    image.meter.powerW.quality === "missing"
      ? (state.meterFallback ?? beginFallback(state, input, config.fallback.onMeterLoss, undefined))
      : undefined;
  const asked =
    peopleAtSite(input) ??
    fromAfar(lease, leaseFallback, meterFallback, input, config, rest) ??
    atRest("site-default", "normal", "nobody asks for power");
  return { ...asked, lease, leaseFallback, meterFallback };
}

type Asked = Omit<Wish, "lease" | "leaseFallback" | "meterFallback">;

/** Who can see the batteries, or must stop them, is asked first. */
function peopleAtSite({ image, grants, latches }: StepInput): Asked | undefined {
  if (latches.stop !== undefined) {
    return atRest("stop", "stop", `stopped by ${latches.stop.by}: ${latches.stop.reason}`);
  }
  const estop = strongest(grants, "estop", image.monotonicMs);
  if (estop !== undefined) {
    const text = `emergency stop ${estop.leaseId}: ${estop.reason}`;
    return { ...atRest("stop", "stop", text), leaseId: estop.leaseId };
  }
  if (latches.mode === "maintenance") return atRest("operator", "rest", "site is in maintenance");
  if (latches.mode === "manual") {
    const text = `manual: ${inWords(latches.manualPowerW)}`;
    return { ...atRest("operator", "normal", text), powerW: latches.manualPowerW };
  }
  return undefined;
}

/** Everybody else. Without a meter none of them is followed: the site does what its profile says of that loss. */
function fromAfar(
  lease: Grant | undefined,
  leaseFallback: RunningFallback | undefined,
  meterFallback: RunningFallback | undefined,
  input: StepInput,
  config: SiteControlConfig,
  rest: RestOfSite,
): Asked | undefined {
  const asked =
    commanded(input, rest) ??
    (lease === undefined ? undefined : leased(lease, config)) ??
    (isHolding(leaseFallback, input) ? undefined : scheduled(input, config));
  if (asked !== undefined) {
    return meterFallback === undefined ? asked : fallBack(meterFallback, "meter lost", input, rest);
  }
  if (leaseFallback === undefined) return undefined;
  const ended = leaseFallback.leaseId === undefined ? "no lease is held" : `lease ${leaseFallback.leaseId} ended`;
  return fallBack(leaseFallback, ended, input, rest);
}

/**
 * The grid operator's set-point, by its plant controller or its SCADA. It speaks of the connection: the rest of the site
 * comes off. A command that is not fresh is no command, unlike a limit, which stays in force.
 */
function commanded({ image, latches }: StepInput, rest: RestOfSite): Asked | undefined {
  const commandedW = setpointOf(image.plant) ?? liveSetpoint(latches, image);
  if (commandedW === undefined) return undefined;
  const text = `grid operator commands ${inWords(commandedW)} at the connection`;
  return { ...atRest("grid-operator", "normal", text), powerW: W(commandedW - rest.restW) };
}

function setpointOf(plant: PlantImage | undefined): W | undefined {
  const setpoint = plant?.gridOperatorSetpointW;
  return setpoint?.quality !== "good" || setpoint.value === "none" ? undefined : setpoint.value;
}

const liveSetpoint = ({ gridOperatorSetpoint: setpoint }: Latches, { monotonicMs }: SiteImage): W | undefined =>
  setpoint !== undefined && monotonicMs < setpoint.expiresMonotonicMs ? setpoint.powerW : undefined;

const leased = (lease: Grant, { leaseRampWPerS }: SiteControlConfig): Asked => ({
  source: "lease",
  powerW: lease.powerW,
  reactiveVar: lease.reactiveVar,
  rampWPerS: WPerS(Math.min(lease.rampWPerS ?? Number.POSITIVE_INFINITY, leaseRampWPerS)),
  manner: "normal",
  text: `lease ${lease.leaseId}: ${lease.reason}`,
  leaseId: lease.leaseId,
});

function scheduled({ image, grants }: StepInput, config: SiteControlConfig): Asked | undefined {
  const now = scheduledNow(grants, image.monotonicMs);
  if (now === undefined) return undefined;
  const text = `schedule ${now.grant.leaseId} held on site: ${now.grant.reason}`;
  return { ...leased({ ...now.grant, powerW: now.entry.powerW }, config), source: "schedule", text };
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

const isHolding = (running: RunningFallback | undefined, { image }: StepInput): boolean =>
  running?.plan.action === "hold" && image.monotonicMs - running.sinceMonotonicMs < running.plan.forMs;

function fallBack(running: RunningFallback, cause: string, input: StepInput, rest: RestOfSite): Asked {
  const { plan } = running;
  const asked = atRest("fallback", "normal", `${cause}: coming to rest`);
  switch (plan.action) {
    case "ramp-to-zero":
      return { ...asked, leaseId: running.leaseId, rampWPerS: plan.rampWPerS };
    case "hold": {
      if (!isHolding(running, input)) return { ...asked, leaseId: running.leaseId, rampWPerS: plan.thenRampWPerS };
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
