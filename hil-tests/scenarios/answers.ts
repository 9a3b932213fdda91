import type { SiteHandle, World } from "../harness/world.ts";
import { type Judgement, judgeResponse } from "../response/judge-response.ts";
import type { ServiceTerms } from "../response/service-terms.ts";
import { expectThat } from "./scenario.ts";

/**
 * On real sockets many processes share this machine's cores, and are late for reasons that are not the site's: some
 * slack, and when that was not enough the event again. What no attempt shows in time, the site cannot.
 */
const PATIENCE = { virtual: { slackS: 0, attempts: 1 }, sockets: { slackS: 0.25, attempts: 5 } } as const;

export interface FrequencyStory {
  readonly terms: ServiceTerms | undefined;
  readonly contractedW: number;
  readonly event: () => Promise<void>;
  readonly forMs: number;
  /** Brings the site back to where the event may happen again; without it there is one attempt. */
  readonly calm?: () => Promise<void>;
}

/** Something happens to frequency, and the meter is judged by the service's terms. The plant is looked at and nothing else. */
export async function answers(world: World, site: SiteHandle, story: FrequencyStory): Promise<void> {
  const { terms, contractedW, event, forMs, calm } = story;
  const { slackS, attempts } = PATIENCE[world.kind];
  expectThat(terms !== undefined, "the terms are on the shelf");
  const seen: Judgement[] = [];
  while (seen.length < (calm === undefined ? 1 : attempts)) {
    if (seen.length > 0) await calm?.();
    await site.logPower();
    await world.pass(300);
    await event();
    await world.pass(forMs);
    const judgement = judgeResponse(await site.powerLog(), contractedW, terms, slackS);
    seen.push(judgement);
    if (judgement.startS !== undefined && judgement.faults.length === 0) return;
  }
  const said = seen.map(({ startS, faults }) => (startS === undefined ? "frequency moved nothing" : faults.join("; ")));
  throw new Error(`${terms.title}: ${said.join(" | again: ")}`);
}
