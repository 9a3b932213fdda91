/**
 * A set-point's dead-man timer (SunSpec 704, `…RvrtTms`): each write restarts it, and when it runs out the
 * set-point and its enable become their reversion values.
 */
export interface Reversion {
  /** When it runs out; Infinity when it does not run. */
  dueMs: number;
  /** It has run out and nobody has written since. */
  reverted: boolean;
}

export const createReversion = (): Reversion => ({ dueMs: Number.POSITIVE_INFINITY, reverted: false });

/** A write touched the set-point's block. A disabled function or a time of 0 (or none) does not revert. */
export function restart(reversion: Reversion, nowMs: number, isEnabled: boolean, timeS: number): void {
  reversion.dueMs = isEnabled && timeS > 0 ? nowMs + timeS * 1000 : Number.POSITIVE_INFINITY;
  reversion.reverted = false;
}

/** True once, when the time is over. */
export function hasRunOut(reversion: Reversion, nowMs: number): boolean {
  if (nowMs < reversion.dueMs) return false;
  reversion.dueMs = Number.POSITIVE_INFINITY;
  reversion.reverted = true;
  return true;
}

/** Whole seconds left, as `…RvrtRem` shows them; 0 when it does not run. */
export function remainingS(reversion: Reversion, nowMs: number): number {
  return reversion.dueMs === Number.POSITIVE_INFINITY ? 0 : Math.max(0, Math.ceil((reversion.dueMs - nowMs) / 1000));
}
