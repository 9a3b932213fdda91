import { MonotonicMs, Ms, W } from "@penstock/protocol/units";
import type { PlantReading } from "../loop/loop-types.ts";

/** One node as it was read. Timestamps are the server's, in ms since 1970; undefined where it sent none. */
export interface NodeValue {
  /** By OPC UA's name: "Good", or what else. */
  readonly status: string;
  readonly value: unknown;
  readonly sourceTimestampMs: number | undefined;
  readonly serverTimestampMs: number | undefined;
}

/** The nodes of a plant controller, in the order they are read; ids in the namespace {@link PLANT_NAMESPACE}. */
export const PLANT_NODES = [
  "Plant/BreakerClosed",
  "Plant/TransformerTemperature",
  "Plant/GridOperatorLimitActive",
  "Plant/GridOperatorLimitMin",
  "Plant/GridOperatorLimitMax",
  "Plant/GridOperatorSetpointActive",
  "Plant/GridOperatorSetpoint",
  "Plant/RegulationSetpoint",
  "Plant/RegulationCounter",
] as const;

export const PLANT_NAMESPACE = "urn:penstock:site";

/**
 * What a batch of values says about the plant. A value that is not Good, or not of its type, is no value. The
 * age is the server's own account of it, server minus source timestamp, of the oldest value: a gateway that
 * repeats what it heard a minute ago does not make it new, nor does one that repeats the server's time as well
 * (`stoodStillMs`). A regulation set-point changes only when its operator
 * renews it and carries a counter for that: its time stamp says nothing about the others.
 */
export function plantReading(
  values: readonly NodeValue[],
  nowMs: MonotonicMs,
  { stoodStillMs, skewMs }: { readonly stoodStillMs: number; readonly skewMs?: number | undefined } = NO_CLOCK,
): PlantReading {
  const [breaker, temperature, isLimited, limitMin, limitMax, isCommanded, commandW, regulationW, counter] =
    values.map(trusted);
  const ageMs = Math.max(0, ...values.slice(0, RENEWED_FROM).filter(isGood).map(ageOf)) + stoodStillMs;
  return {
    readAtMonotonicMs: MonotonicMs(nowMs - ageMs),
    sourceAgeMs: Ms(ageMs),
    flaws: flawsOf(values),
    clockSkewMs: skewMs,
    breakerClosed: typeof breaker === "boolean" ? breaker : undefined,
    transformerTemperatureC: finite(temperature),
    gridOperatorLimitW: limitOf(isLimited, finite(limitMin), finite(limitMax)),
    agc: agcOf(finite(regulationW), finite(counter)),
    gridOperatorSetpointW: setpointOf(isCommanded, finite(commandW)),
  };
}

const NO_CLOCK = { stoodStillMs: 0 };
const RENEWED_FROM = PLANT_NODES.indexOf("Plant/RegulationSetpoint");

const agcOf = (powerW: number | undefined, sequence: number | undefined): PlantReading["agc"] =>
  powerW === undefined || sequence === undefined ? undefined : { powerW: W(powerW), sequence };

/** A command whose power cannot be read is no command, and not the absence of one either. */
function setpointOf(isCommanded: unknown, powerW: number | undefined): PlantReading["gridOperatorSetpointW"] {
  if (isCommanded === false) return "none";
  return isCommanded === true && powerW !== undefined ? W(powerW) : undefined;
}

const isGood = ({ status }: NodeValue): boolean => status === "Good";
const trusted = (node: NodeValue): unknown => (isGood(node) ? node.value : undefined);

/** By field, the status of the first of its nodes that is not Good; a controller that lacks the node says so. */
const flawsOf = (values: readonly NodeValue[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    values.flatMap((node, index) => (isGood(node) ? [] : [[FIELDS[index] ?? "", node.status] as const])).toReversed(),
  );

/** The field of the reading that each of {@link PLANT_NODES} goes into. */
const FIELDS = [
  "breakerClosed",
  "transformerTemperatureC",
  "gridOperatorLimitW",
  "gridOperatorLimitW",
  "gridOperatorLimitW",
  "gridOperatorSetpointW",
  "gridOperatorSetpointW",
  "agc",
  "agc",
] as const satisfies readonly (keyof PlantReading)[];

const finite = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

const ageOf = ({ sourceTimestampMs, serverTimestampMs }: NodeValue): number =>
  sourceTimestampMs === undefined || serverTimestampMs === undefined ? 0 : serverTimestampMs - sourceTimestampMs;

/** No limit in force is an unlimited one; a limit whose figures cannot be read, or are inside out, is unknown. */
function limitOf(
  isLimited: unknown,
  minW: number | undefined,
  maxW: number | undefined,
): PlantReading["gridOperatorLimitW"] {
  if (isLimited === false) return { powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax: W(Number.POSITIVE_INFINITY) };
  if (isLimited !== true || minW === undefined || maxW === undefined || minW > maxW) return undefined;
  return { powerWMin: W(minW), powerWMax: W(maxW) };
}
