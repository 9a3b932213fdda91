import type { UtcMs } from "@penstock/protocol/units";
import type { AlarmLogEntry } from "./alarm.ts";

/** How well the alarms serve the people who get them (ISA-18.2, 16.5): from the log that is kept. */
export interface AlarmHealth {
  readonly fromMs: UtcMs | null;
  readonly raised: number;
  readonly perTenMinutes: number | null;
  readonly mostInTenMinutes: number;
  /** The noisiest first: what to repair or re-think. */
  readonly noisiest: readonly { readonly id: string; readonly raised: number }[];
}

const windowMs = 600_000;

export function alarmHealth(log: readonly AlarmLogEntry[], nowMs: UtcMs): AlarmHealth {
  const raised = log.filter(({ change }) => change === "raised");
  const fromMs = log[0]?.timeMs ?? null;
  const counts = new Map<string, number>();
  for (const { id } of raised) counts.set(id, (counts.get(id) ?? 0) + 1);
  let most = 0;
  let start = 0;
  for (let end = 0; end < raised.length; end++) {
    while ((raised[end]?.timeMs ?? 0) - (raised[start]?.timeMs ?? 0) >= windowMs) start++;
    most = Math.max(most, end - start + 1);
  }
  const lengthMs = fromMs === null ? 0 : nowMs - fromMs;
  return {
    fromMs,
    raised: raised.length,
    perTenMinutes: lengthMs < windowMs ? null : raised.length / (lengthMs / windowMs),
    mostInTenMinutes: most,
    noisiest: [...counts]
      .map(([id, count]) => ({ id, raised: count }))
      .toSorted((one, other) => other.raised - one.raised)
      .slice(0, 5),
  };
}
