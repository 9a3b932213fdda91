import { clamp, Ms } from "@penstock/protocol/units";
import { arbitrate, type Wish } from "./arbitrate.ts";
import type { CoreState } from "./core-state.ts";
import { believe, type TrustMemory } from "./doubts/believe.ts";
import type { Doubt } from "./doubts/doubt.ts";
import { advanceLedger } from "./energy-ledger.ts";
import type { SiteImage } from "./image.ts";
import type { LimitContext } from "./limits/limit.ts";
import { restOfSite } from "./rest-of-site.ts";
import { siteRoom } from "./services/site-room.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { planReactive } from "./split-reactive.ts";
import type { StepInput } from "./step-types.ts";

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
  const room = config.services && siteRoom(image, config, rest, season);
  const plannedVar = config.inverterPriority === "reactive" ? planReactive(wish.reactiveVar, image) : undefined;
  const context = { config, latches, grants, rest, state, wish, ledger, season, room, plannedVar };
  return { image, elapsedMs, wish, context, trust: memory, doubts };
}
