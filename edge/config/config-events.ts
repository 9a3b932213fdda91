import type { CodedError } from "@penstock/protocol/result";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { ConfigBook } from "./config-book.ts";

type Told = Omit<EdgeEvent, "timeMs">;

/** Written by another version of us, it may be refused by this one. The file is what a person can still repair. */
export const unreadableEvent = (error: CodedError): Told => ({
  code: "config.unreadable",
  level: "alarm",
  text: "the stored configuration is refused by this version; the file's own runs",
  facts: { ...error },
});

export const lostEvent: Told = {
  code: "config.lost",
  level: "alarm",
  text: "the stored configuration makes no sense",
  facts: {},
};

export const lateEvent = ({ running }: ConfigBook, isAnother: boolean): Told => ({
  code: "config.store-late",
  level: "warning",
  text: isAnother
    ? `the store answered late: revision ${running} runs from now on, not the file's own any more`
    : "the store answered late: the file's own configuration runs, and another can be applied from now on",
  facts: { revision: running },
});

export const revertedEvent = ({ running, pending }: ConfigBook, why: string): Told => ({
  code: "config.reverted",
  level: "warning",
  text: `revision ${running} was not kept: ${why}`,
  facts: { revision: running, runs: pending?.revertsTo },
});

export const capabilityEvent = ({ running, capability: before }: ConfigBook, after: string): Told => ({
  code: "config.capability-changed",
  level: "warning",
  text: "settings that the grid or a market was told about have changed: to be attested again",
  facts: { before, after, revision: running },
});
