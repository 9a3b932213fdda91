import { clamp, Ms } from "@penstock/protocol/units";
import { arbitrate, type Wish } from "./arbitrate.ts";
import { commandedReactive } from "./commanded-reactive.ts";
import { connectionVars } from "./connection-vars.ts";
import type { CoreState } from "./core-state.ts";
import { believe, type TrustMemory } from "./doubts/believe.ts";
import type { Doubt } from "./doubts/doubt.ts";
import { advanceLedger } from "./energy-ledger.ts";
import { feederRest } from "./feeder-rest.ts";
import type { SiteImage } from "./image.ts";
import { feeder } from "./limits/feeder.ts";
import type { LimitContext } from "./limits/limit.ts";
import { reactiveRest } from "./reactive-rest.ts";
import { restOfSite } from "./rest-of-site.ts";
import { requiredEnergy } from "./services/required-energy.ts";
import { serveReactive } from "./services/serve-reactive.ts";
import { siteRoom } from "./services/site-room.ts";
import type { FeederTerms, SiteControlConfig } from "./site-control-config.ts";
import { planReactive } from "./split-reactive.ts";
import type { Latches, StepInput } from "./step-types.ts";

/** What a cycle knows before it decides. */
export interface Survey {
  /** What is believed of the image. */
  readonly image: SiteImage;
  readonly doubts: readonly Doubt[];
  readonly trust: TrustMemory | undefined;
  readonly elapsedMs: Ms;
  readonly wish: Wish;
  readonly context: LimitContext;
}

/** The lie of the land: how much time has passed, what the rest of the site does, whose wish it is, what limits may look at. */
export function survey(state: CoreState, input: StepInput, config: SiteControlConfig): Survey {
  const { latches, grants } = input;
  const { image, memory, doubts } = believe(state.trust, input.image, config);
  // A process that slept must not make up for it in one leap.
  const elapsedMs = Ms(clamp(image.monotonicMs - state.monotonicMs, 0, 3 * config.periodMs));
  const rest = restOfSite(image, state, elapsedMs);
  const wish = arbitrate(state, image === input.image ? input : { ...input, image }, config, rest);
  const { owner } = config;
  const ledger = owner && advanceLedger(input.restoredLedger ?? state.ledger, image, owner);
  const season = ledger && owner?.seasons.find(({ months }) => months.includes(ledger.month))?.band;
  const asksForVars = config.connection.apparentVAMax !== undefined || latches.gridOperatorReactive !== undefined;
  const reactive = asksForVars ? reactiveRest(image, state, elapsedMs) : undefined;
  const feederRests = (config.feeders ?? none).map((feeder, place) =>
    feederRest(feeder, place, image, state, elapsedMs),
  );
  const known = { rest, reactiveRest: reactive, feederRests };
  const before = { config, latches, grants, ...known, state, wish, ledger, season };
  const planned = plannedVar(image, before, elapsedMs);
  const feeders =
    feeder.groups?.(image, { ...before, room: undefined, required: undefined, plannedVar: planned }) ?? [];
  const room = config.services && siteRoom(image, before, feeders);
  const required = config.services && requiredEnergy(config.services.contracts, state, image, elapsedMs);
  const context = { ...before, room, required, plannedVar: planned };
  return { image, elapsedMs, wish, context, trust: memory, doubts };
}

const none: readonly FeederTerms[] = [];

/**
 * Where vars go first, what power must leave for them: the grid operator's, else a lease's and those of the services (of a power factor at the
 * most power there may be beside them, so never too few), and no more than the connection's circle carries.
 */
function plannedVar(
  image: SiteImage,
  context: Omit<LimitContext, "plannedVar" | "room" | "required">,
  elapsedMs: Ms,
): readonly number[] | undefined {
  const { config, wish } = context;
  if (config.inverterPriority !== "reactive") return undefined;
  const isServing = config.services !== undefined && wish.manner === "normal";
  const carriesW = carriedAtPowerFactor(image, config, context.latches);
  const powerW = clamp(wish.powerW, -carriesW, carriesW);
  const servedVar = isServing ? serveReactive(image, context, powerW, elapsedMs).reactiveVar : 0;
  const commanded = commandedReactive(context.latches, image, wish.source, powerW, context);
  const wantedVar = commanded?.wantedVar ?? wish.reactiveVar + servedVar;
  return planReactive(connectionVars(wantedVar, 0 - context.rest.restW, context).leftVar, image, context);
}

/** Behind a power factor no circle carries more power than its part of it. */
function carriedAtPowerFactor(
  { units }: SiteImage,
  { connection, services }: SiteControlConfig,
  { gridOperatorReactive: command }: Latches,
): number {
  let powerFactor = command?.kind === "power-factor" ? command.powerFactor : 1;
  for (const service of services?.contracts ?? []) {
    if (service.type === "fixed-power-factor") powerFactor = Math.min(powerFactor, service.powerFactor);
  }
  const invertersVA = units.reduce((sum, { rating }) => sum + rating.apparentVAMax, 0);
  return powerFactor * Math.min(invertersVA, connection.apparentVAMax ?? Number.POSITIVE_INFINITY);
}
