import type { PowerSample } from "@penstock/firmware-sims/sites/index.ts";
import type { SiteHandle, World } from "../harness/world.ts";
import { judgeResponse } from "../response/judge-response.ts";
import type { ServiceTerms } from "../response/service-terms.ts";
import { expectThat, NotJudged } from "./scenario.ts";

/** On real sockets many processes share this machine's cores: some slack, and when that was not enough the event again. */
const PATIENCE = { virtual: { slackS: 0, attempts: 1 }, sockets: { slackS: 0.25, attempts: 5 } } as const;

export interface FrequencyStory {
  readonly terms: ServiceTerms | undefined;
  readonly contractedW: number;
  readonly event: () => Promise<void>;
  readonly forMs: number;
  /** Brings the site back to where the event may happen again; without it there is one attempt. */
  readonly calm?: () => Promise<void>;
}

/**
 * Something happens to frequency, and the meter is judged by the service's terms. The plant is looked at and nothing
 * else. Tenths of a second can only be judged on a machine that runs the loop: attempts during which the edge left
 * cycles out, a device timed out or the plant itself stood still are no evidence of anything, and said to be so.
 */
export async function answers(world: World, site: SiteHandle, story: FrequencyStory): Promise<void> {
  const { terms, contractedW, event, forMs, calm } = story;
  const { slackS, attempts } = PATIENCE[world.kind];
  expectThat(terms !== undefined, "the terms are on the shelf");
  const faults: string[] = [];
  for (let attempt = 0; attempt < (calm === undefined ? 1 : attempts); attempt++) {
    if (attempt > 0) await calm?.();
    await site.logPower();
    const before = await troubleOf(site);
    await world.pass(300);
    await event();
    await world.pass(forMs);
    const samples = await site.powerLog();
    const judgement = judgeResponse(samples, contractedW, terms, slackS);
    if (judgement.startS !== undefined && judgement.faults.length === 0) return;
    const isStarved = (await troubleOf(site)) > before || longestGapMs(samples) > STANDSTILL_MS;
    if (isStarved && world.kind === "sockets") continue;
    faults.push(judgement.startS === undefined ? "frequency moved nothing" : judgement.faults.join("; "));
  }
  if (faults.length > 0) throw new Error(`${terms.title}: ${faults.join(" | again: ")}`);
  throw new NotJudged(`${terms.title}: not judged, this machine is too busy to run the loop on time`);
}

const STANDSTILL_MS = 150;

/** Cycles left out and requests without an answer, counted since the edge began. */
async function troubleOf(site: SiteHandle): Promise<number> {
  const status = await site.status();
  const timeouts = (status?.devices ?? []).reduce((sum, device) => sum + device.timeouts, 0);
  return (status?.loop?.missedCycles ?? 0) + timeouts;
}

function longestGapMs(samples: readonly PowerSample[]): number {
  let longestMs = 0;
  samples.forEach(({ atMs }, index) => {
    longestMs = Math.max(longestMs, atMs - (samples[index - 1]?.atMs ?? atMs));
  });
  return longestMs;
}
