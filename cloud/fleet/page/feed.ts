import { applyDelta, type FleetDelta, type FleetSnapshot } from "@penstock/protocol/fleet";
import type { Clock, Timer } from "@penstock/protocol/time";
import { Ms, seconds } from "@penstock/protocol/units";

/** The newest of everything, and how the page stands with the server. */
export interface Feed {
  readonly snapshot: FleetSnapshot | undefined;
  readonly isLive: boolean;
  /** On the browser's monotonic clock. */
  readonly heardAtMs: number;
}

/** The part of `EventSource` that is used. */
export interface Source {
  addEventListener(type: "snapshot" | "delta" | "error", listener: (event: { readonly data?: string }) => void): void;
  close(): void;
}

/**
 * Keeps a snapshot up to date from the server's event stream. After a missed delta, an error or a silence it opens
 * a new stream, which begins with a new snapshot; until then the old one stays and is shown as old.
 */
export function openFeed(open: () => Source, clock: Clock, show: (feed: Feed) => void): () => void {
  let source: Source | undefined;
  let watch: Timer | undefined;
  let snapshot: FleetSnapshot | undefined;
  let heardAtMs = clock.monotonicMs() as number;
  let waitMs = 1_000;

  const heard = (next: FleetSnapshot): void => {
    snapshot = next;
    heardAtMs = clock.monotonicMs();
    waitMs = 1_000;
    watch?.cancel();
    watch = clock.after(silenceMs, reopen);
    show({ snapshot, isLive: true, heardAtMs });
  };
  const reopen = (): void => {
    source?.close();
    source = undefined;
    watch?.cancel();
    show({ snapshot, isLive: false, heardAtMs });
    watch = clock.after(Ms(waitMs), start);
    waitMs = Math.min(2 * waitMs, 10_000);
  };
  const start = (): void => {
    const opened = open();
    source = opened;
    watch = clock.after(silenceMs, reopen);
    opened.addEventListener("error", () => {
      if (source === opened) reopen();
    });
    opened.addEventListener("snapshot", ({ data = "" }) => {
      if (source === opened) heard(JSON.parse(data) as FleetSnapshot);
    });
    opened.addEventListener("delta", ({ data = "" }) => {
      if (source !== opened || snapshot === undefined) return;
      const next = applyDelta(snapshot, JSON.parse(data) as FleetDelta);
      if (next === undefined) reopen();
      else heard(next);
    });
  };
  start();
  return () => {
    source?.close();
    source = undefined;
    watch?.cancel();
  };
}

/** The server says something every second. */
const silenceMs = seconds(6);
