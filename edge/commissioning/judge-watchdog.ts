/** Readings come once a second, and an inverter ramps down. */
const lateMs = 4_000;
/** A set-point written just before the silence began may still be counting. */
const earlyShare = 0.5;

/** Whether each unit came to rest by its own timer: neither much sooner (another limit did it) nor later. */
export function judgeWatchdog(
  units: readonly { readonly id: string; readonly revertAfterMs: number }[],
  restedAfterMs: ReadonlyMap<string, number>,
): { readonly wrong: readonly string[]; readonly right: readonly string[] } {
  const wrong: string[] = [];
  const right: string[] = [];
  for (const { id, revertAfterMs } of units) {
    const afterMs = restedAfterMs.get(id);
    const timer = `its timer is ${seconds(revertAfterMs)}`;
    if (afterMs === undefined) wrong.push(`${id} did not come to rest; ${timer}: it would run on if the edge died`);
    else if (afterMs > revertAfterMs + lateMs) wrong.push(`${id} came to rest after ${seconds(afterMs)}; ${timer}`);
    else if (afterMs < revertAfterMs * earlyShare) {
      wrong.push(`${id} was at rest after ${seconds(afterMs)}; ${timer}: it never moved, or something else stopped it`);
    } else right.push(`${id} came to rest after ${seconds(afterMs)}; ${timer}`);
  }
  return { wrong, right };
}

const seconds = (durationMs: number): string => `${(durationMs / 1e3).toFixed(1)} s`;
