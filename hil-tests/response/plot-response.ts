import type { PowerSample } from "@penstock/firmware-sims/sites/index.ts";
import { wantedOf } from "./envelope.ts";
import { type Judgement, TOLERANCE } from "./judge-response.ts";
import type { ServiceTerms } from "./service-terms.ts";

export interface ResponsePlot {
  readonly title: string;
  /** Figures in a line under the title. */
  readonly caption: string;
  readonly samples: readonly PowerSample[];
  readonly judgement: Pick<Judgement, "parts" | "envelope">;
  readonly terms: ServiceTerms;
  /** Where the event begins on the time axis, ms of the samples. */
  readonly eventMs: number;
}

/** Frequency above, the measured answer against its envelope below: one SVG that needs nothing else. */
export function plotResponse({ title, caption, samples, judgement, terms, eventMs }: ResponsePlot): string {
  const seconds = samples.map(({ atMs }) => (atMs - eventMs) / 1e3);
  const time = axis(seconds, LEFT, WIDTH - RIGHT, true);
  const hertz = axis(
    samples.map(({ frequencyHz }) => frequencyHz),
    FREQUENCY_BOTTOM,
    FREQUENCY_TOP,
  );
  const { parts, envelope } = judgement;
  // Noise around nothing needs no room of its own.
  const bounds = [...envelope.min.map((value) => value - TOLERANCE), ...envelope.max.map((value) => value + TOLERANCE)];
  const part = axis([...parts.map(withoutNoise), ...bounds], POWER_BOTTOM, POWER_TOP);
  const wanted = wantedOf(samples, terms);
  const line = (values: readonly number[], scale: Axis) =>
    pathOf(values.map((value, index) => [time.at(seconds[index] ?? 0), scale.at(value)]));
  const place = (value: number, index: number) => [time.at(seconds[index] ?? 0), part.at(value)] as const;
  const band = (beyond: number) =>
    pathOf([
      ...envelope.max.map((value, index) => place(value + beyond, index)),
      ...envelope.min.map((value, index) => place(value - beyond, index)).toReversed(),
    ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13" fill="#222">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="28" font-size="18" font-weight="600">${escaped(title)}</text>`,
    `<text x="${LEFT}" y="48" fill="#555">${escaped(caption)}</text>`,
    grid(time, hertz, "Hz", 2),
    grid(time, part, "part of the contract, at the meter", 1),
    ...time.ticks.map(
      (tick) => `<text x="${time.at(tick)}" y="${POWER_BOTTOM + 20}" text-anchor="middle">${tick}</text>`,
    ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${POWER_BOTTOM + 40}" text-anchor="middle">seconds from the event</text>`,
    `<path d="${line(
      samples.map(({ frequencyHz }) => frequencyHz),
      hertz,
    )}" fill="none" stroke="#7a3e9d" stroke-width="2"/>`,
    `<path d="${band(TOLERANCE)}Z" fill="#9fc5e8" fill-opacity="0.3"/>`,
    `<path d="${band(0)}Z" fill="#9fc5e8" fill-opacity="0.55" stroke="#6fa8dc" stroke-width="1"/>`,
    `<path d="${line(wanted, part)}" fill="none" stroke="#888" stroke-width="1.2" stroke-dasharray="5 4"/>`,
    `<path d="${line(parts, part)}" fill="none" stroke="#c0392b" stroke-width="2"/>`,
    legend(),
    "</svg>",
    "",
  ].join("\n");
}

const WIDTH = 960;
const HEIGHT = 640;
const LEFT = 70;
const RIGHT = 30;
const FREQUENCY_TOP = 80;
const FREQUENCY_BOTTOM = 220;
const POWER_TOP = 260;
const POWER_BOTTOM = 550;

interface Axis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Round numbers around the values, or with `isTight` only those between them, mapped to pixels. */
function axis(values: readonly number[], fromPx: number, toPx: number, isTight = false): Axis {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const step = roundStep(Math.max(high - low, 1e-3) / 6);
  const first = isTight ? Math.ceil(low / step - 1e-6) : low === 0 ? 0 : Math.floor(low / step - 1e-6);
  const last = isTight ? Math.floor(high / step + 1e-6) : Math.max(first + 1, Math.ceil(high / step + 1e-6));
  const min = isTight ? low : first * step;
  const max = isTight ? high : last * step;
  return {
    min,
    max,
    ticks: Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12))),
    at: (value) => Number((fromPx + ((toPx - fromPx) * (value - min)) / (max - min)).toFixed(1)),
  };
}

function roundStep(about: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(about));
  const lead = about / magnitude;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * magnitude;
}

const withoutNoise = (part: number): number => (Math.abs(part) < 0.01 ? 0 : part);

const grid = (time: Axis, scale: Axis, unit: string, digits: number): string =>
  [
    ...scale.ticks.map(
      (tick) =>
        `<path d="M${time.at(time.min)} ${scale.at(tick)}H${time.at(time.max)}" stroke="#e3e3e3"/>` +
        `<text x="${LEFT - 8}" y="${scale.at(tick) + 4}" text-anchor="end">${tick.toFixed(digits)}</text>`,
    ),
    ...time.ticks.map(
      (tick) => `<path d="M${time.at(tick)} ${scale.at(scale.min)}V${scale.at(scale.max)}" stroke="#f0f0f0"/>`,
    ),
    `<text x="${LEFT}" y="${scale.at(scale.max) - 8}" fill="#555">${unit}</text>`,
  ].join("\n");

function pathOf(points: readonly (readonly [number, number] | readonly number[])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
}

function legend(): string {
  const line = (look: string) => (x: number) => `<path d="M${x} 615h24" ${look}/>`;
  const entries = [
    [0, "frequency", line('stroke="#7a3e9d" stroke-width="3"')],
    [115, "measured power", line('stroke="#c0392b" stroke-width="3"')],
    [270, "what the curve asks for, at once", line('stroke="#888" stroke-width="1.2" stroke-dasharray="5 4"')],
    [
      530,
      `what the terms allow; pale: the ${100 * TOLERANCE} % beside it`,
      (x: number) =>
        `<rect x="${x}" y="608" width="24" height="13" fill="#9fc5e8" fill-opacity="0.55" stroke="#6fa8dc"/>`,
    ],
  ] as const;
  return entries
    .map(
      ([fromLeft, words, mark]) => `${mark(LEFT + fromLeft)}<text x="${LEFT + fromLeft + 32}" y="619">${words}</text>`,
    )
    .join("\n");
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
