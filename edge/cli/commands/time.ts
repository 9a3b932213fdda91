import type { LoopStats } from "../../loop/loop-types.ts";
import type { Command } from "../command.ts";
import { showReport } from "../show-report.ts";
import { seconds } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "Control runs on a clock that never steps; leases and records also need the wall\nclock. After a jump new leases are refused until it has held still for a minute.",
  examples: [["sitectl time"]],
  run: (context) =>
    showReport<TimeReport>(context, { op: "time" }, (report, { paint }) => {
      const { timeMs, isClockTrusted, clockSkewMsMax, loop, devices = [], statusAgeMs } = report;
      const differenceMs = timeMs - Date.now();
      return [
        `agent    ${new Date(timeMs).toISOString()}  (UTC)`,
        `here     ${localTime(timeMs)}`,
        `skew     ${Math.abs(differenceMs) < 1_000 ? "agent and this terminal agree" : paint.alarm(`agent is ${seconds(differenceMs)} from this terminal`)}`,
        isClockTrusted === null
          ? "leases   none are taken: no cloud is configured"
          : `leases   ${isClockTrusted ? `the clock may judge them, ± ${seconds(clockSkewMsMax ?? 0)} from their issuer` : paint.alarm("refused: the clock jumped less than a minute ago, or is behind the newest lease")}`,
        loop === null
          ? `loop     ${paint.alarm("has not reported")}`
          : `loop     every ${loop.periodMs} ms; late by ${loop.latenessP50Ms.toFixed(1)} ms at the median, ${loop.latenessP99Ms.toFixed(1)} at p99, ${loop.latenessMaxMs.toFixed(1)} at most`,
        loop === null
          ? ""
          : `cycles   ${loop.cycles}, ${loop.lateCycles} late, ${loop.missedCycles} missed; reported ${statusAgeMs} ms ago`,
        ...devices.map(({ id, skewMs }) => {
          const differs = `${id}'s clock is ${seconds(Math.abs(skewMs))} ${skewMs > 0 ? "ahead" : "behind"}; its values are judged by itself`;
          return `devices  ${Math.abs(skewMs) < 2_000 ? `${id} agrees` : paint.alarm(differs)}`;
        }),
      ];
    }),
};

interface TimeReport {
  readonly timeMs: number;
  readonly isClockTrusted: boolean | null;
  readonly clockSkewMsMax: number | null;
  readonly loop: LoopStats | null;
  /** Those that tell the time, and how far each is ahead. */
  readonly devices?: readonly { readonly id: string; readonly skewMs: number }[];
  readonly statusAgeMs: number | null;
}

/** Where this terminal is, with its zone. */
function localTime(timeMs: number): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return `${new Date(timeMs).toLocaleString("sv-SE", { timeZone })}  (${timeZone})`;
}
