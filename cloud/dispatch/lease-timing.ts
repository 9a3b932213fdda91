import { clamp, type Ms } from "@penstock/protocol/units";

/**
 * How long a lease lives and when it is renewed. Three intervals long, so that one lost message and one slow
 * market run do not end it; never under 15 s, which a reconnect takes, nor over 120 s, which is as long as a
 * site may follow a cloud that has died. A third of its life apart, two renewals may be lost.
 */
export function leaseTiming(intervalWallMs: Ms): { readonly ttlMs: Ms; readonly renewEveryMs: Ms } {
  const ttlMs = Math.round(clamp(3 * intervalWallMs, 15_000, 120_000)) as Ms;
  return { ttlMs, renewEveryMs: Math.floor(ttlMs / 3) as Ms };
}
