import { type CodedError, describeError } from "@penstock/protocol/result";

/** How a device has answered so far. Counts only; what follows from them is the session's. */
export class DeviceHealth {
  requests = 0;
  timeouts = 0;
  exceptions = 0;
  /** Requests in a row that were not answered at all. */
  failuresInARow = 0;
  /** Something has gone wrong since the edge started: nobody need wait for this device any longer. */
  hasFailed = false;
  lastError: string | undefined;
  /** Why it does not answer, as an error's code; undefined while it does. */
  unread: string | undefined;

  answered(): void {
    this.failuresInARow = 0;
    this.unread = undefined;
  }

  /** It answers, with an exception. */
  refused(error: CodedError): void {
    this.answered();
    this.exceptions++;
    this.#keep(describeError(error));
  }

  unanswered(error: CodedError): void {
    if (error.code === "modbus.timeout") this.timeouts++;
    this.failuresInARow++;
    this.unread = error.code;
    this.#keep(describeError(error));
  }

  /** It answers well and is not what it should be. */
  unfit(why: string): void {
    this.#keep(why);
  }

  #keep(text: string): void {
    this.hasFailed = true;
    this.lastError = text;
  }
}
