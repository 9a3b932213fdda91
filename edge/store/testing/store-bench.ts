import type { Result } from "@penstock/protocol/result";
import { UtcMs } from "@penstock/protocol/units";
import type { EdgeStore, NewRecord, StoreNotice, StreamName } from "../edge-store.ts";

/** A store under test, whichever it is, and its life around it. */
export interface StoreBench {
  readonly store: EdgeStore;
  readonly notices: StoreNotice[];
  /** Lets time pass until this has been answered. */
  settle<T>(call: (done: (result: Result<T>) => void) => void): Promise<T>;
  /** The same, for what should be refused. */
  fails(call: (done: (result: Result<unknown>) => void) => void): Promise<string>;
  /** Ends the process in an orderly way and starts another on the same disk. */
  restart(): Promise<StoreBench>;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly budgetBytes?: number;
}

export const at = (second: number): UtcMs => UtcMs(Date.UTC(2026, 0, 1) + second * 1_000);

export const reading = (second: number, value: number, device?: string): NewRecord => ({
  stream: "telemetry",
  ...(device !== undefined && { device }),
  timeMs: at(second),
  metrics: [
    ["Power/Grid", value],
    ["Control/Source", "lease"],
  ],
});

export const inStream = (stream: StreamName, second: number): NewRecord => ({
  stream,
  timeMs: at(second),
  metrics: [["Energy/Exported", second]],
});
