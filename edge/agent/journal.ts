import type { CodedError } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import type { EdgeStore, NewRecord, StoredRecord } from "../store/edge-store.ts";

/** Records held in memory while the disk refuses them; about ten minutes of a large site. */
const heldMax = 20_000;
const retryMs = seconds(1);
const retryRecords = 500;

export interface JournalOptions {
  readonly clock: Clock;
  readonly store: EdgeStore;
  readonly onStored: (records: readonly StoredRecord[]) => void;
  /** The disk refused. Said once until it takes again. */
  readonly onTrouble: (error: CodedError) => void;
  /** The disk takes again; `dropped` telemetry records found no room meanwhile. */
  readonly onRecovered: (dropped: number) => void;
}

/** Everything worth keeping goes through here; what the disk refuses is held, bounded, and tried again. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #held: NewRecord[] = [];
  #isHolding = false;
  #dropped = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  append(records: readonly NewRecord[]): void {
    if (records.length === 0) return;
    if (this.#isHolding) {
      this.#hold(records);
      return;
    }
    const { store, onStored, onTrouble } = this.#options;
    store.append(records, (result) => {
      if (result.ok) {
        onStored(result.value);
        return;
      }
      this.#hold(records);
      if (this.#isHolding) return;
      this.#isHolding = true;
      onTrouble(result.error);
      this.#retryLater();
    });
  }

  /** Records in memory that no disk has. */
  get held(): number {
    return this.#held.length;
  }

  #retryLater(): void {
    this.#options.clock.after(retryMs, () => this.#retry());
  }

  #retry(): void {
    const { store, onStored, onRecovered } = this.#options;
    const records = this.#held.splice(0, retryRecords);
    store.append(records, (result) => {
      if (!result.ok) {
        this.#held.unshift(...records);
        this.#retryLater();
        return;
      }
      onStored(result.value);
      if (this.#held.length > 0) {
        this.#retry();
        return;
      }
      this.#isHolding = false;
      const dropped = this.#dropped;
      this.#dropped = 0;
      onRecovered(dropped);
    });
  }

  /** Oldest telemetry makes room; settlement and events are never given up. */
  #hold(records: readonly NewRecord[]): void {
    for (const record of records) {
      this.#held.push(record);
      if (this.#held.length <= heldMax) continue;
      const oldest = this.#held.findIndex(({ stream }) => stream === "telemetry");
      if (oldest < 0) continue;
      this.#held.splice(oldest, 1);
      this.#dropped++;
    }
  }
}
