import { fail, ok, type Result } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import type { Ms } from "@penstock/protocol/units";
import type { MemoryDisk } from "./memory-disk.ts";
import { OperationStore, type StoreAnswer, type StoreOperation } from "./store-operation.ts";

/**
 * The store of the virtual clock. What is on the {@link MemoryDisk} survives a kill of the process whose
 * clock this is; an operation still under way when it dies is wholly there or wholly absent.
 */
export class MemoryStore extends OperationStore {
  readonly #clock: Clock;
  readonly #disk: MemoryDisk;
  readonly #latencyMs: Ms;
  #queue: { operation: StoreOperation; answer: StoreAnswer }[] = [];
  #committing = false;

  constructor({ clock, disk, latencyMs = 0 as Ms }: { clock: Clock; disk: MemoryDisk; latencyMs?: Ms }) {
    super();
    this.#clock = clock;
    this.#disk = disk;
    this.#latencyMs = latencyMs;
  }

  protected override submit(operation: StoreOperation, answer: StoreAnswer): void {
    this.#queue.push({ operation, answer });
    if (!this.#committing) this.#commit();
  }

  /** What queued up while the last batch committed goes together, as in the real one. */
  #commit(): void {
    this.#committing = true;
    const half = (this.#latencyMs / 2) as Ms;
    this.#clock.after(half, () => {
      const batch = this.#queue;
      this.#queue = [];
      const results = batch.map(({ operation }) => this.#execute(operation));
      const notices = this.#disk.takeNotices();
      this.#clock.after(half, () => {
        this.#committing = false;
        for (const notice of notices) this.onNotice(notice);
        batch.forEach(({ answer }, index) => {
          answer(results[index] as Result<unknown>);
        });
        if (this.#queue.length > 0 && !this.#committing) this.#commit();
      });
    });
  }

  #execute(operation: StoreOperation): Result<unknown> {
    const disk = this.#disk;
    if (disk.broken !== undefined) return fail({ code: "store.unavailable", detail: disk.broken });
    switch (operation.type) {
      case "load":
        return ok(disk.image());
      case "append":
        return ok(disk.append(operation.records));
      case "read":
        return ok(disk.read(operation.stream, operation.after, operation.limit));
      case "acknowledge":
        return disk.acknowledge(operation.stream, operation.upTo);
      case "put":
        return ok(disk.put(operation.key, operation.value));
      case "audit":
        return ok(disk.appendAudit(operation.entry));
      case "read-audit":
        return ok(disk.audit.slice(-operation.limit));
      case "stats":
        return ok(disk.stats());
    }
  }
}
