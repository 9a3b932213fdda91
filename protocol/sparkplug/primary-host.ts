import { type HostStateError, parseHostState } from "./state-message.ts";

export type HostVerdict =
  | { readonly type: "online" }
  | { readonly type: "offline" }
  /** Older than what was heard before, or an offline from the future: it changes nothing. */
  | { readonly type: "outdated"; readonly online: boolean }
  | { readonly type: "malformed"; readonly error: HostStateError };

/**
 * Which STATE messages of the primary host an edge node believes (specification 3.0, sections 5.4 and 5.8): an
 * online not older than any before it, an offline not older than the last online.
 *
 * STATE is retained and unsigned, so one false "offline" must not silence a site for ever. Two guards beyond the
 * specification's: what was heard is remembered for one session only (a new session starts from what the broker
 * retains, which the true host has by then corrected), and an offline dated after our own clock is not believed.
 * An edge whose clock is slow then goes on publishing to nobody, which loses nothing: it keeps every record until
 * the host acknowledges it.
 */
export class PrimaryHost {
  #lastMs = Number.NEGATIVE_INFINITY;
  #lastOnlineMs = Number.NEGATIVE_INFINITY;

  newSession(): void {
    this.#lastMs = Number.NEGATIVE_INFINITY;
    this.#lastOnlineMs = Number.NEGATIVE_INFINITY;
  }

  heard(payload: Uint8Array, nowMs: number): HostVerdict {
    const state = parseHostState(payload);
    if (!state.ok) return { type: "malformed", error: state.error };
    const { online, timestampMs } = state.value;
    if (online) {
      if (timestampMs < this.#lastMs) return { type: "outdated", online };
      this.#lastMs = timestampMs;
      this.#lastOnlineMs = timestampMs;
      return { type: "online" };
    }
    if (timestampMs < this.#lastOnlineMs || timestampMs > nowMs + clockToleranceMs) {
      return { type: "outdated", online };
    }
    this.#lastMs = Math.max(this.#lastMs, timestampMs);
    return { type: "offline" };
  }
}

/** How far two clocks that are each kept by NTP, badly, may differ. */
const clockToleranceMs = 5 * 60_000;
