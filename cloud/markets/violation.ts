import type { Violation } from "./market.ts";

/** One rule broken: its name, which part of the bid, what is wrong in words. */
export const violation = (rule: string, where: string, message: string): Violation => ({ rule, where, message });

/** Money and megawatts are decimal on paper and binary here: closer than this is the same figure. */
export const CLOSE = 1e-6;

/** Whether a figure has no more decimals than its tick allows: 0.01 for cents. What is no number is another rule's to say. */
export const isOnTick = (value: number, tick: number): boolean =>
  !(Math.abs(value / tick - Math.round(value / tick)) > 1e-4);

/** A figure brought to the nearest multiple of a tick, without the noise of binary fractions. Never −0. */
export function toTick(value: number, tick: number, direction: "nearest" | "down" | "up" = "nearest"): number {
  const ticks = value / tick;
  const whole =
    direction === "nearest"
      ? Math.round(ticks)
      : direction === "down"
        ? Math.floor(ticks + CLOSE)
        : Math.ceil(ticks - CLOSE);
  const decimals = Math.max(0, Math.round(-Math.log10(tick)));
  return Number((whole * tick).toFixed(decimals)) + 0;
}
