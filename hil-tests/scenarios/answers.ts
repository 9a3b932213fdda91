import type { SiteHandle, World } from "../harness/world.ts";
import { type Judgement, judgeResponse } from "../response/judge-response.ts";
import type { ServiceTerms } from "../response/service-terms.ts";
import { expectThat } from "./scenario.ts";

/** Late for reasons that are not the site's: on real sockets many processes share this machine's cores. */
const SLACK_S = { virtual: 0, sockets: 0.25 } as const;

/** Something happens to frequency, and the meter is judged by the service's terms. The plant is looked at and nothing else. */
export async function answers(
  world: World,
  site: SiteHandle,
  contractedW: number,
  terms: ServiceTerms | undefined,
  event: () => Promise<void>,
  forMs: number,
): Promise<Judgement> {
  expectThat(terms !== undefined, "the terms are on the shelf");
  await site.logPower();
  await world.pass(300);
  await event();
  await world.pass(forMs);
  const judgement = judgeResponse(await site.powerLog(), contractedW, terms, SLACK_S[world.kind]);
  expectThat(judgement.faults.length === 0, `${terms.title}: ${judgement.faults.join("; ")}`);
  expectThat(judgement.startS !== undefined, `${terms.title}: frequency never left the deadband`);
  return judgement;
}
