import { type Hz, type Ms, W } from "@penstock/protocol/units";
import type { SiteImage } from "../image.ts";
import type { LimitContext } from "../limits/limit.ts";
import type { CoreAlarm, ServiceLine } from "../step-types.ts";
import { type CurveMemory, type FrequencyMoment, followFrequency } from "./follow-frequency.ts";
import { type FrequencyMemory, noFrequency, rememberFrequency } from "./frequency-memory.ts";
import type { CurveService, Service, SwitchedService } from "./service.ts";
import { shortages } from "./shortages.ts";
import { type SwitchedMemory, switchOnFrequency } from "./switch-on-frequency.ts";

/** What a site is contracted for, and what it knows of itself to keep time. */
export interface ServicesConfig {
  readonly contracts: readonly Service[];
  /** From a command leaving the loop to the first watt at the meter; measured at commissioning. */
  readonly actuationMs: Ms;
}

/** What one cycle leaves to the next. Plain data. */
export interface ServicesState {
  readonly frequency: FrequencyMemory;
  /** One for every contract, in its order; undefined where it keeps none or has not begun. */
  readonly memories: readonly (ServiceMemory | undefined)[];
  /** How much of the last command was frequency response: the ramp of the baseline goes on without it. */
  readonly fastW: W;
}

export type ServiceMemory = CurveMemory | SwitchedMemory;

export const noServices: ServicesState = { frequency: noFrequency, memories: [], fastW: W(0) };

/** What the services ask of this cycle. */
export interface Served {
  /** On top of the ramped baseline: frequency response keeps its own time. */
  readonly fastW: W;
  /** The same taken apart: what pushes out and what pulls in. */
  readonly push: Push;
  readonly lines: readonly ServiceLine[];
  readonly alarms: readonly CoreAlarm[];
  readonly state: ServicesState;
}

export interface Push {
  readonly outW: W;
  readonly inW: W;
}

/**
 * All services of a site for one cycle. They add up; of one family the greatest counts, because it is the same
 * megawatts that are sold at different times. A site that rests or is stopped serves nothing, and begins afresh.
 */
export function serve(
  before: ServicesState,
  image: SiteImage,
  { room }: Pick<LimitContext, "room">,
  { contracts, actuationMs }: ServicesConfig,
  elapsedMs: Ms,
): Served {
  const nominalHz = nominalOf(contracts);
  const frequency =
    nominalHz === undefined
      ? before.frequency
      : rememberFrequency(before.frequency, image.meter.frequencyHz, nominalHz, image.monotonicMs);
  const moment: FrequencyMoment = { frequency, monotonicMs: image.monotonicMs, elapsedMs, actuationMs };
  const memories: (ServiceMemory | undefined)[] = [];
  const lines: ServiceLine[] = [];
  for (let index = 0; index < contracts.length; index++) {
    const service = contracts[index];
    if (service === undefined) continue;
    const remembered = before.memories[index];
    switch (service.type) {
      case "curve": {
        const memory = remembered?.type === "curve" ? remembered : undefined;
        const answer = followFrequency(service, memory, moment);
        memories.push(answer.memory);
        lines.push(line(service, answer.powerW, answer.text));
        break;
      }
      case "switched": {
        const memory = remembered?.type === "switched" ? remembered : undefined;
        const answer = switchOnFrequency(service, memory, moment);
        memories.push(answer.memory);
        lines.push(line(service, answer.powerW, answer.text));
        break;
      }
    }
  }
  const push = stack(contracts, lines);
  const fastW = W(push.outW + push.inW);
  const raised = alarms(frequency).concat(room === undefined ? none : shortages(contracts, room));
  return { fastW, push, lines, alarms: raised, state: { frequency, memories, fastW } };
}

/** Sites stand on one grid: the first rule that names a nominal frequency names it for all. */
export function nominalOf(contracts: readonly Service[]): Hz | undefined {
  for (const service of contracts) if ("rule" in service) return service.rule.nominalHz;
  return undefined;
}

const line = (service: CurveService | SwitchedService, wantedW: W, text: string): ServiceLine => ({
  service: service.name,
  contractedW: service.contractedW,
  wantedW,
  deliveredW: wantedW,
  text: text === "" ? "" : `${service.rule.title}: ${text}`,
});

/** The sums either way, of each family only the greatest. */
function stack(contracts: readonly Service[], lines: readonly ServiceLine[]): Push {
  let outW = 0;
  let inW = 0;
  for (let index = 0; index < lines.length; index++) {
    const family = familyOf(contracts[index]);
    if (family !== undefined && !isGreatest(family, index, contracts, lines)) continue;
    const wantedW = lines[index]?.wantedW ?? 0;
    if (wantedW > 0) outW += wantedW;
    else inW += wantedW;
  }
  return { outW: W(outW), inW: W(inW) };
}

const familyOf = (service: Service | undefined): string | undefined =>
  service !== undefined && "rule" in service ? service.rule.family : undefined;

/** Among equals the first. */
function isGreatest(
  family: string,
  index: number,
  contracts: readonly Service[],
  lines: readonly ServiceLine[],
): boolean {
  const ownW = Math.abs(lines[index]?.wantedW ?? 0);
  return lines.every((other, otherIndex) => {
    if (otherIndex === index || familyOf(contracts[otherIndex]) !== family) return true;
    const otherW = Math.abs(other.wantedW);
    return otherW < ownW || (otherW === ownW && otherIndex > index);
  });
}

const alarms = ({ lost }: FrequencyMemory): readonly CoreAlarm[] =>
  lost === undefined
    ? none
    : [{ code: `service-frequency-${lost.quality}`, text: `services go without a frequency: ${lost.cause}` }];

const none: readonly CoreAlarm[] = [];
