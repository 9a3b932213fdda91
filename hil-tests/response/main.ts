import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { SiteConfigDocument } from "@penstock/edge/config/site-document.ts";
import { describeError } from "@penstock/protocol/result";
import { type Judgement, judgeResponse, TOLERANCE } from "./judge-response.ts";
import { plotResponse } from "./plot-response.ts";
import { readFrequencyFile } from "./read-frequency-file.ts";
import { type FrequencyEvent, runResponse } from "./run-response.ts";
import { type ServiceTerms, serviceTerms } from "./service-terms.ts";

const HELP = `npm run response -- --service NAME [OPTIONS]

What a simulated 19 MW site does at its meter when frequency moves, against what the service's terms allow: begun and
complete in time, whenever in the control period the change comes. Judged by terms typed apart from the edge's.

${Object.entries(serviceTerms)
  .map(([name, { title }]) => `  ${name.padEnd(15)} ${title}`)
  .join("\n")}

  --service NAME      one of these
  --event KIND        step (default), ramp of 0.125 Hz/s, or recording
  --recording FILE    CSV with a frequency_hz column, for --event recording
  --from TEXT         begin at the first line of the recording whose time contains it
  --for 90s           how long to look (default: what the terms need)
  --mw N              contracted power (default 5)
  --period-ms N       the site's control period (default 100)
  --phases N          moments within the control period to try (default 10)
  --out FILE.svg      draw the worst of them
  --json              one JSON object on the last line of stdout

Exit 1 when the answer leaves what the terms allow.

  npm run response -- --service dc-low --out dc-low.svg --json
  npm run response -- --service fcr --event recording --recording frequency.csv --from 12:32:40 --for 90s
`;

function main(): number {
  const asked = readFlags();
  if (typeof asked === "number") return asked;
  const { terms, event, contractedMW, periodMs, phases, forMs } = asked;
  const services = [terms.contract(contractedMW)] as NonNullable<SiteConfigDocument["services"]>;
  const runs = Array.from({ length: phases }, (_, index) => {
    const phaseMs = Math.floor((index * periodMs) / phases / 10) * 10;
    const samples = runResponse({ services, periodMs, phaseMs, seed: 1, event, forMs });
    return { samples, judgement: judgeResponse(samples, contractedMW * 1e6, terms) };
  });
  process.stderr.write(`${phases} moments of the control period tried\n`);
  const worst = runs.reduce((a, b) => (severity(b.judgement) > severity(a.judgement) ? b : a));
  const latest = (of: (judgement: Judgement) => number | undefined) =>
    Math.max(...runs.map(({ judgement }) => of(judgement) ?? Number.NaN));
  const faults = [...new Set(runs.flatMap(({ judgement }) => judgement.faults))];
  const isStep = event.kind === "change" && event.overMs === 0;
  const result = {
    service: asked.service,
    event: asked.eventName,
    contractedMW,
    periodMs,
    phases,
    /** At worst and at best over the phases, s from the change; null where the event is no step. */
    delayS: event.kind === "recording" ? null : finite(latest(({ startS }) => startS)),
    delayBestS: finite(Math.min(...runs.map(({ judgement }) => judgement.startS ?? Number.NaN))),
    timeToFullS: isStep ? finite(latest(({ fullS }) => fullS)) : null,
    /** Outside the envelope, parts of the contract. */
    errorMax: round(latest(({ errorMax }) => errorMax)),
    errorMean: round(latest(({ errorMean }) => errorMean)),
    tolerance: TOLERANCE,
    terms: {
      earliestS: terms.earliestS,
      startByS: terms.startByS,
      fullByS: terms.fullByS,
      fullPart: terms.fullPart,
      source: terms.source,
    },
    inside: faults.length === 0,
    faults,
    out: asked.out ?? null,
  };
  if (asked.out !== undefined) {
    const eventMs = (worst.samples[0]?.atMs ?? 0) + 1_000;
    const caption = captionOf(result);
    writeFileSync(
      asked.out,
      plotResponse({
        title: `${terms.title}, ${contractedMW} MW: ${EVENTS[asked.eventName] ?? asked.eventName}`,
        caption,
        ...worst,
        terms,
        eventMs,
      }),
    );
    process.stderr.write(`drawn in ${asked.out}\n`);
  }
  if (asked.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${terms.title}: ${captionOf(result)}\n${faults.map((fault) => `  ${fault}\n`).join("")}`);
  return result.inside ? 0 : 1;
}

const severity = ({ faults, errorMax, startS }: Judgement): number =>
  100 * faults.length + 10 * errorMax + (startS ?? 0);
const round = (value: number): number => Number(value.toFixed(5));
const finite = (value: number): number | null => (Number.isFinite(value) ? round(value) : null);

const EVENTS: Readonly<Record<string, string>> = {
  step: "a step of frequency",
  ramp: "a ramp of frequency",
  recording: "a recorded event",
};

function captionOf(result: {
  delayS: number | null;
  timeToFullS: number | null;
  errorMax: number;
  inside: boolean;
  terms: { earliestS: number; startByS: number; fullByS: number; fullPart: number };
}): string {
  const { delayS, timeToFullS, errorMax, inside, terms } = result;
  const part = `${Math.round(100 * terms.fullPart)} %`;
  return [
    ...(delayS === null
      ? []
      : [`begins after ${delayS.toFixed(2)} s (${terms.earliestS} to ${terms.startByS} allowed)`]),
    ...(timeToFullS === null ? [] : [`${part} after ${timeToFullS.toFixed(2)} s (${terms.fullByS})`]),
    `${(100 * errorMax).toFixed(2)} % off the envelope at most (${100 * TOLERANCE})`,
    inside ? "inside its terms" : "NOT inside its terms",
  ].join(", ");
}

interface Asked {
  readonly service: string;
  readonly terms: ServiceTerms;
  readonly event: FrequencyEvent;
  readonly eventName: string;
  readonly contractedMW: number;
  readonly periodMs: number;
  readonly phases: number;
  readonly forMs: number;
  readonly out: string | undefined;
  readonly json: boolean;
}

/** What is asked for, or the exit code of a question that makes no sense. */
function readFlags(): Asked | number {
  const { values } = parseArgs({
    options: {
      service: { type: "string" },
      event: { type: "string", default: "step" },
      recording: { type: "string" },
      from: { type: "string" },
      for: { type: "string" },
      mw: { type: "string", default: "5" },
      "period-ms": { type: "string", default: "100" },
      phases: { type: "string", default: "10" },
      out: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const terms = Object.hasOwn(serviceTerms, values.service ?? "") ? serviceTerms[values.service ?? ""] : undefined;
  if (terms === undefined)
    return usage(`--service wants one of ${Object.keys(serviceTerms).join(", ")}, not "${values.service ?? ""}"`);
  const forMs = values.for === undefined ? undefined : 1e3 * Number(/^(\d+(?:\.\d+)?)s$/.exec(values.for)?.[1]);
  if (Number.isNaN(forMs)) return usage(`--for wants seconds like 90s, not "${values.for}"`);
  const event = eventOf(values, terms, forMs);
  if (typeof event === "string") return usage(event);
  const numbers = {
    contractedMW: Number(values.mw),
    periodMs: Number(values["period-ms"]),
    phases: Number(values.phases),
  };
  if (!(numbers.contractedMW > 0 && numbers.contractedMW <= 15))
    return usage(`--mw wants a power up to 15, not "${values.mw}"`);
  if (!(numbers.periodMs >= 20 && numbers.periodMs <= 1_000))
    return usage(`--period-ms wants 20 to 1000, not "${values["period-ms"]}"`);
  if (!(Number.isInteger(numbers.phases) && numbers.phases > 0))
    return usage(`--phases wants a whole number from 1, not "${values.phases}"`);
  const lastsMs = event.kind === "recording" ? event.intervalMs * (event.samplesHz.length - 1) : event.overMs;
  return {
    service: values.service ?? "",
    terms,
    event,
    eventName: values.event,
    ...numbers,
    forMs: forMs ?? lastsMs + (event.kind === "recording" ? 0 : terms.fullByS * 1.5e3 + 1_000),
    out: values.out,
    json: values.json,
  };
}

function eventOf(
  { event, recording, from }: { event: string; recording?: string | undefined; from?: string | undefined },
  terms: ServiceTerms,
  forMs: number | undefined,
): FrequencyEvent | string {
  if (event === "step") return { kind: "change", toHz: terms.stepToHz, overMs: 0 };
  if (event === "ramp")
    return { kind: "change", toHz: terms.stepToHz, overMs: (1e3 * Math.abs(terms.stepToHz - terms.nominalHz)) / 0.125 };
  if (event !== "recording") return `--event wants step, ramp or recording, not "${event}"`;
  if (recording === undefined) return "--event recording wants a file: --recording FILE";
  let text: string;
  try {
    text = readFileSync(recording, "utf8");
  } catch {
    return `${recording} cannot be read; --recording wants a CSV file with a frequency_hz column`;
  }
  const read = readFrequencyFile(text, from, forMs);
  return read.ok ? { kind: "recording", ...read.value } : `${recording}: ${describeError(read.error)}`;
}

function usage(sentence: string): number {
  process.stderr.write(`${sentence}\nnpm run response -- --help shows how\n`);
  return 2;
}

process.exitCode = main();
