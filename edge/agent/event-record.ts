import type { LeaseAck } from "@penstock/protocol/lease";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { FrequencyEvidence } from "../recorder/frequency-evidence.ts";
import type { NewRecord, StoreNotice } from "../store/edge-store.ts";

/** An event as the catalogue's `Event` metric carries it. */
export const eventRecord = ({ code, level, text, facts, timeMs }: EdgeEvent): NewRecord => ({
  stream: "events",
  timeMs,
  metrics: [["Event", JSON.stringify({ code, level, text, facts })]],
});

/** An acknowledgement as `Dispatch/Ack` carries it. */
export const ackRecord = (ack: LeaseAck): NewRecord => ({
  stream: "events",
  timeMs: ack.atMs,
  metrics: [["Dispatch/Ack", JSON.stringify(ack)]],
});

/** Of a frequency event, when its first minute is over. */
export const evidenceEvent = ({ id, triggerHz, response }: FrequencyEvidence): Omit<EdgeEvent, "timeMs"> => ({
  code: "evidence.frozen",
  level: "info",
  text: `a frequency event was recorded: sitectl evidence show ${id}`,
  facts: { id, triggerHz, ...response },
});

/** What the store did of its own accord, in words for whoever is on call. */
export function noticeEvent(notice: StoreNotice): Omit<EdgeEvent, "timeMs"> {
  const { code, ...facts } = notice;
  switch (notice.code) {
    case "store.new-epoch":
      return notice.setAside === undefined
        ? { code, level: "info", text: "a new store begins", facts }
        : { code, level: "alarm", text: "the store was damaged and set aside; latches and history start anew", facts };
    case "store.folded":
      return { code, level: "warning", text: "telemetry outgrew its budget; the oldest was thinned", facts };
    case "store.over-budget":
      return { code, level: "alarm", text: "telemetry is over its budget and cannot be thinned further", facts };
  }
}
