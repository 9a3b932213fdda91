export const CAISO_ZONE = "America/Los_Angeles";
export const HOUR_MS = 3_600_000;
/** unverified: stored energy behind a reserve award in real time, minutes. */
export const RESERVE_MINUTES = 30;
/** unverified. */
export const REAL_TIME_GATE_BEFORE_HOUR_MS = 75 * 60_000;
