import { clamp } from "@penstock/protocol/units";
import type { BatteryRatings } from "./ratings.ts";

/** The power stage: commands wait their latency, then power follows with a first-order lag and a ramp limit. */
export interface Inverter {
  readonly ratings: BatteryRatings;
  /** Greatest change of power, W/s. A controller may lower it. */
  rampWPerS: number;
  /** AC terminals, + out, now and averaged over the last step. */
  powerW: number;
  meanPowerW: number;
  reactivePowerVar: number;
  /** The command in force. */
  commandW: number;
  commandVar: number;
  readonly queue: CommandQueue;
  /** The step length for which `lagDecay` holds. */
  lagDtMs: number;
  lagDecay: number;
}

/** Commands on their way: a ring of fixed size, so that stepping allocates nothing. */
interface CommandQueue {
  readonly dueMs: Float64Array;
  readonly powerW: Float64Array;
  readonly reactivePowerVar: Float64Array;
  first: number;
  count: number;
}

export function createInverter(ratings: BatteryRatings): Inverter {
  return {
    ratings,
    rampWPerS: ratings.rampFractionPerS * ratings.powerWMax,
    powerW: 0,
    meanPowerW: 0,
    reactivePowerVar: 0,
    commandW: 0,
    commandVar: 0,
    queue: {
      dueMs: new Float64Array(queueLength),
      powerW: new Float64Array(queueLength),
      reactivePowerVar: new Float64Array(queueLength),
      first: 0,
      count: 0,
    },
    lagDtMs: Number.NaN,
    lagDecay: 0,
  };
}

/** A command leaves for the power stage at `nowMs`. When the line is full the newest waiting one is replaced. */
export function commandInverter(inverter: Inverter, nowMs: number, powerW: number, reactivePowerVar: number): void {
  const { queue } = inverter;
  if (queue.count < queueLength) queue.count++;
  const last = (queue.first + queue.count - 1) % queueLength;
  queue.dueMs[last] = nowMs + inverter.ratings.commandLatencyMs;
  queue.powerW[last] = powerW;
  queue.reactivePowerVar[last] = reactivePowerVar;
}

/**
 * One step to `nowMs`. Power goes towards the command inside `[powerWMin, powerWMax]`; what the cells and the
 * heat allow is not negotiable and is not ramped. Active power has priority: reactive power gets the rest of
 * the apparent-power circle.
 */
export function stepInverter(
  inverter: Inverter,
  nowMs: number,
  dtMs: number,
  powerWMin: number,
  powerWMax: number,
): void {
  takeDueCommands(inverter, nowMs);
  if (dtMs !== inverter.lagDtMs) {
    inverter.lagDtMs = dtMs;
    inverter.lagDecay = Math.exp(-dtMs / inverter.ratings.lagMs);
  }
  const beforeW = inverter.powerW;
  const targetW = clamp(inverter.commandW, powerWMin, powerWMax);
  const laggedW = targetW + (beforeW - targetW) * inverter.lagDecay;
  const rampW = (inverter.rampWPerS * dtMs) / 1000;
  const powerW = clamp(clamp(laggedW, beforeW - rampW, beforeW + rampW), powerWMin, powerWMax);
  const roomVar = Math.min(
    inverter.ratings.reactivePowerVarMax,
    Math.sqrt(Math.max(0, inverter.ratings.apparentPowerVAMax ** 2 - powerW * powerW)),
  );
  const targetVar = clamp(inverter.commandVar, -roomVar, roomVar);
  const laggedVar = targetVar + (inverter.reactivePowerVar - targetVar) * inverter.lagDecay;
  inverter.powerW = powerW;
  inverter.meanPowerW = clamp((beforeW + powerW) / 2, powerWMin, powerWMax);
  inverter.reactivePowerVar = clamp(laggedVar, -roomVar, roomVar);
}

/** The breaker or a contactor opened: power is gone at once and nothing waits any more. */
export function tripInverter(inverter: Inverter): void {
  inverter.powerW = 0;
  inverter.meanPowerW = 0;
  inverter.reactivePowerVar = 0;
  inverter.commandW = 0;
  inverter.commandVar = 0;
  inverter.queue.count = 0;
}

/** The DC side of an AC power: conversion costs something both ways. */
export const dcPowerOf = (ratings: BatteryRatings, powerW: number): number =>
  powerW >= 0 ? powerW / ratings.conversionEfficiency : powerW * ratings.conversionEfficiency;

function takeDueCommands(inverter: Inverter, nowMs: number): void {
  const { queue } = inverter;
  while (queue.count > 0 && (queue.dueMs[queue.first] ?? 0) <= nowMs) {
    inverter.commandW = queue.powerW[queue.first] ?? 0;
    inverter.commandVar = queue.reactivePowerVar[queue.first] ?? 0;
    queue.first = (queue.first + 1) % queueLength;
    queue.count--;
  }
}

const queueLength = 16;
