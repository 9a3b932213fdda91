import { type Hz, type Ms, type V, W } from "@penstock/protocol/units";
import { missing, type Reading, type SiteImage } from "../image.ts";
import type { LimitContext } from "../limits/limit.ts";
import type { CoreAlarm, ServiceLine } from "../step-types.ts";
import { perUnitAt } from "./curve.ts";
import type { EnergyBlock } from "./energy-by-half-hour.ts";
import { type AgcMemory, followAgc } from "./follow-agc.ts";
import { type Answer, type CurveMemory, type FrequencyMoment, followFrequency } from "./follow-frequency.ts";
import { type FrequencyMemory, noFrequency, rememberFrequency } from "./frequency-memory.ts";
import { consumeSelf, shavePeaks } from "./hold-meter.ts";
import type { TrimMemory } from "./meter-trim.ts";
import { recoveriesDue } from "./required-energy.ts";
import { follow } from "./response.ts";
import type { Service, VoltWatt } from "./service.ts";
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
  /** The parts of their contracts that volt-vars answer with, and the part of its rating volt-watt leaves. */
  readonly voltVarPu: readonly (number | undefined)[];
  readonly voltWattPu: number | undefined;
  /** How much of the last command was frequency response: the ramp of the baseline goes on without it. */
  readonly fastW: W;
  /** The part of it by contracts whose energy is accounted for. */
  readonly countedW: Push;
  /** Undefined where no contract's energy is accounted for, and until the first cycle. */
  readonly energy: EnergyBlock | undefined;
}

export type ServiceMemory = CurveMemory | SwitchedMemory | AgcMemory | TrimMemory;

export const noServices: ServicesState = {
  frequency: noFrequency,
  memories: [],
  voltVarPu: [],
  voltWattPu: undefined,
  fastW: W(0),
  countedW: { outW: W(0), inW: W(0) },
  energy: undefined,
};

/** What the services ask of this cycle. */
export interface Served {
  /** Added to the wish, before limits and at the site's ramp: what keeps the meter where it should be. */
  readonly slowW: W;
  /** On top of the ramped baseline: frequency response and regulation keep their own time. */
  readonly fastW: W;
  /** `fastW` taken apart: what pushes out and what pulls in. */
  readonly push: Push;
  readonly lines: readonly ServiceLine[];
  readonly alarms: readonly CoreAlarm[];
  readonly state: ServicesState;
}

export interface Push {
  readonly outW: W;
  readonly inW: W;
}

/** No services: the site has none, rests, or is stopped. */
export const idle: Served = {
  slowW: W(0),
  fastW: W(0),
  push: { outW: W(0), inW: W(0) },
  lines: [],
  alarms: [],
  state: noServices,
};

/**
 * All services of a site for one cycle. They add up; of one family the greatest counts, because it is the same
 * megawatts that are sold at different times. A site that rests or is stopped serves nothing, and begins afresh.
 */
export function serve(image: SiteImage, context: LimitContext, elapsedMs: Ms): Served {
  const { room, required, wish, config, state } = context;
  if (config.services === undefined || wish.manner !== "normal") return idle;
  const { contracts, actuationMs } = config.services;
  const { monotonicMs, meter, plant } = image;
  const before = state.services;
  const nominalHz = nominalOf(contracts);
  const frequency =
    nominalHz === undefined
      ? before.frequency
      : rememberFrequency(before.frequency, meter.frequencyHz, nominalHz, monotonicMs);
  const moment: FrequencyMoment = { frequency, monotonicMs, elapsedMs, actuationMs };
  const memories: (ServiceMemory | undefined)[] = [];
  const lines: ServiceLine[] = [];
  const raised: CoreAlarm[] = [...lost(frequency)];
  if (room !== undefined && required !== undefined)
    raised.push(...shortages(contracts, room, required), ...recoveriesDue(contracts, required.block));
  let { voltWattPu } = before;
  let slowW = 0;

  const say = (service: Service, contractedW: number, { powerW, text, memory }: Answer<ServiceMemory | undefined>) => {
    memories.push(memory);
    const title = "rule" in service ? `${service.rule.title}: ` : "";
    lines.push({
      service: service.name,
      contractedW: W(contractedW),
      wantedW: powerW,
      deliveredW: powerW,
      text: text === "" ? "" : title + text,
    });
  };
  for (let index = 0; index < contracts.length; index++) {
    const service = contracts[index];
    if (service === undefined) continue;
    const remembered = before.memories[index];
    switch (service.type) {
      case "curve":
        say(service, service.contractedW, followFrequency(service, ofType("curve", remembered), moment));
        break;
      case "switched":
        say(service, service.contractedW, switchOnFrequency(service, ofType("switched", remembered), moment));
        break;
      case "agc": {
        const signal = plant?.agc ?? noSignal;
        const answer = followAgc(service, ofType("agc", remembered), signal, monotonicMs, elapsedMs);
        if (answer.alarm !== undefined) raised.push(answer.alarm);
        say(service, service.contractedW, answer);
        break;
      }
      case "peak-shaving":
      case "self-consumption": {
        const meterMoment = { image, context, wishW: wish.powerW + slowW, elapsedMs };
        const memory = ofType("trim", remembered);
        const answer =
          service.type === "peak-shaving"
            ? shavePeaks(service, memory, meterMoment)
            : consumeSelf(service, memory, meterMoment);
        slowW += answer.powerW;
        say(service, 0, answer);
        break;
      }
      case "volt-watt":
        voltWattPu = answerVoltage(service, voltWattPu, meter.voltageV, elapsedMs);
        memories.push(undefined);
        break;
      default:
        memories.push(undefined); // Reactive: asked once active power is known.
    }
  }
  const push = stack(contracts, lines);
  const fastW = W(push.outW + push.inW);
  const { voltVarPu, countedW } = before;
  return {
    slowW: W(slowW),
    fastW,
    push,
    lines,
    alarms: raised,
    state: { frequency, memories, voltVarPu, voltWattPu, fastW, countedW, energy: required?.block },
  };
}

/** What a contract remembers, unless the file has put another in its place. */
const ofType = <T extends ServiceMemory["type"]>(type: T, memory: ServiceMemory | undefined) =>
  memory?.type === type ? (memory as Extract<ServiceMemory, { readonly type: T }>) : undefined;

const noSignal = missing("the plant controller shows no set-point");

/** The first answer at once: a limit that is due does not wait to be approached. Without a fresh voltage the last stands. */
function answerVoltage(
  service: VoltWatt,
  before: number | undefined,
  voltage: Reading<V>,
  elapsedMs: Ms,
): number | undefined {
  if (voltage.quality !== "good") return before;
  const wanted = perUnitAt(service.curve, voltage.value / service.nominalV);
  return Number.isNaN(wanted) || before === undefined ? wanted : follow(before, wanted, service.shape, elapsedMs);
}

/** Sites stand on one grid: the first rule that names a nominal frequency names it for all. */
export function nominalOf(contracts: readonly Service[]): Hz | undefined {
  for (const service of contracts) if ("rule" in service) return service.rule.nominalHz;
  return undefined;
}

/** The sums either way, of each family only the greatest. */
function stack(contracts: readonly Service[], lines: readonly ServiceLine[]): Push {
  let outW = 0;
  let inW = 0;
  for (let index = 0; index < lines.length; index++) {
    if (!isFast(lines[index], contracts)) continue;
    const family = familyOf(lines[index], contracts);
    if (family !== undefined && !isGreatest(family, index, contracts, lines)) continue;
    const wantedW = lines[index]?.wantedW ?? 0;
    if (wantedW > 0) outW += wantedW;
    else inW += wantedW;
  }
  return { outW: W(outW), inW: W(inW) };
}

const contractOf = (line: ServiceLine | undefined, contracts: readonly Service[]): Service | undefined =>
  contracts.find(({ name }) => name === line?.service);

function isFast(line: ServiceLine | undefined, contracts: readonly Service[]): boolean {
  const type = contractOf(line, contracts)?.type;
  return type === "curve" || type === "switched" || type === "agc";
}

function familyOf(line: ServiceLine | undefined, contracts: readonly Service[]): string | undefined {
  const service = contractOf(line, contracts);
  return service !== undefined && "rule" in service ? service.rule.family : undefined;
}

/** Among equals the first. */
function isGreatest(
  family: string,
  index: number,
  contracts: readonly Service[],
  lines: readonly ServiceLine[],
): boolean {
  const ownW = Math.abs(lines[index]?.wantedW ?? 0);
  return lines.every((other, otherIndex) => {
    if (otherIndex === index || familyOf(other, contracts) !== family) return true;
    const otherW = Math.abs(other.wantedW);
    return otherW < ownW || (otherW === ownW && otherIndex > index);
  });
}

const lost = ({ lost }: FrequencyMemory): readonly CoreAlarm[] =>
  lost === undefined
    ? []
    : [{ code: `service-frequency-${lost.quality}`, text: `services go without a frequency: ${lost.cause}` }];
