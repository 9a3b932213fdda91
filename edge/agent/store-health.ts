import type { CodedError } from "@penstock/protocol/result";
import type { EdgeEvent } from "../loop/loop-types.ts";

/** Whether what the site measures is kept on disk, told when it changes. */
export class StoreHealth {
  readonly #tell: (event: Omit<EdgeEvent, "timeMs">) => void;
  #isLoaded = false;
  #isStoring = false;

  constructor(tell: (event: Omit<EdgeEvent, "timeMs">) => void) {
    this.#tell = tell;
  }

  get isStoring(): boolean {
    return this.#isStoring;
  }

  loaded(): void {
    this.#isLoaded = true;
    this.#isStoring = true;
  }

  failed(error: CodedError): void {
    if (!this.#isStoring && this.#isLoaded) return; // Said already.
    this.#isStoring = false;
    this.#tell({
      code: "store.trouble",
      level: "alarm",
      text: "the store fails; the site keeps controlling, holds records in memory and refuses leases",
      facts: { ...error, reason: error.code },
    });
  }

  /** `dropped` is how many records memory had no room for. */
  recovered(dropped: number): void {
    this.#isStoring = this.#isLoaded;
    this.#tell({
      code: "store.recovered",
      level: dropped > 0 ? "warning" : "info",
      text: "the store takes records again",
      facts: { dropped },
    });
  }
}
