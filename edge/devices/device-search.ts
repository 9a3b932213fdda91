import type { CodedError } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import type { RegisterTransport } from "../transports/register-transport.ts";
import { discover } from "./discovery.ts";
import type { DeviceMap, Driver, ReadPlan } from "./driver.ts";

export interface DeviceSearchOptions {
  readonly driver: Driver;
  readonly transport: RegisterTransport;
  readonly clock: Clock;
  readonly deadlineMs: Ms;
  /** Called at every request. */
  readonly onRequest: () => void;
}

export type SearchOutcome =
  | { readonly is: "found"; readonly map: DeviceMap; readonly plans: readonly ReadPlan[] }
  /** Nobody answers, or breaks off: another attempt may go better. */
  | { readonly is: "silent"; readonly error: CodedError }
  /** It answers, and is not what its driver is for. `said` goes on from the device's name. */
  | { readonly is: "unfit"; readonly error: CodedError; readonly said: string };

/** Finds out what a device is and what to read of it, one attempt at a time and with a pause between two. */
export class DeviceSearch {
  readonly #options: DeviceSearchOptions;
  #isSearching = false;
  #againAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: DeviceSearchOptions) {
    this.#options = options;
  }

  /** Answers once for each attempt it begins; begins none while one is under way or the last is not long ago. */
  attempt(done: (outcome: SearchOutcome) => void): void {
    const { clock, transport, deadlineMs, driver, onRequest } = this.#options;
    if (this.#isSearching || clock.monotonicMs() < this.#againAtMs) return;
    this.#isSearching = true;
    (driver.discover ?? discover)(counted(transport, onRequest), deadlineMs, (result) => {
      this.#isSearching = false;
      this.#againAtMs = clock.monotonicMs() + PAUSE_MS;
      done(result.ok ? planned(driver, result.value) : notFound(result.error));
    });
  }
}

const PAUSE_MS = Ms(500);

function planned(driver: Driver, map: DeviceMap): SearchOutcome {
  const plans = driver.plan(map);
  return plans.ok
    ? { is: "found", map, plans: plans.value }
    : { is: "unfit", error: plans.error, said: ` lacks what ${driver.name} needs` };
}

function notFound(error: CodedError): SearchOutcome {
  switch (error.code) {
    case "device.not-sunspec":
      return { is: "unfit", error, said: " is not a SunSpec device" };
    case "device.not-as-mapped":
      return { is: "unfit", error, said: " is not what its map describes" };
    default:
      return { is: "silent", error };
  }
}

/** The same transport, its reads counted. */
const counted = (transport: RegisterTransport, count: () => void): RegisterTransport => ({
  read(address, quantity, deadlineMs, done) {
    count();
    transport.read(address, quantity, deadlineMs, done);
  },
  readInput: transport.readInput.bind(transport),
  write: transport.write.bind(transport),
  close: transport.close.bind(transport),
});
