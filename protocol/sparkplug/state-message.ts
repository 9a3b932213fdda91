import type { MqttMessage } from "../link/index.ts";
import { type CodedError, fail, ok, type Result } from "../result/index.ts";
import { stateTopic } from "./topic.ts";

/** A host application's birth or death: online or not, and the UTC instant of the CONNECT it speaks for. */
export interface HostState {
  readonly online: boolean;
  readonly timestampMs: number;
}

export interface HostStateError extends CodedError {
  readonly code: "sparkplug.malformed-state";
}

/** Reads a STATE payload: JSON with a boolean and an instant. Fields beyond those are ignored. */
export function parseHostState(payload: Uint8Array): Result<HostState, HostStateError> {
  const malformed = fail<HostStateError>({ code: "sparkplug.malformed-state" });
  if (payload.length > 1024) return malformed;
  try {
    const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (typeof json !== "object" || json === null) return malformed;
    const { online, timestamp } = json as { online?: unknown; timestamp?: unknown };
    if (typeof online !== "boolean" || typeof timestamp !== "number") return malformed;
    if (!Number.isSafeInteger(timestamp) || timestamp < 0) return malformed;
    return ok({ online, timestampMs: timestamp });
  } catch {
    return malformed;
  }
}

/** The STATE message itself: retained, at least once. */
export function hostStateMessage(hostId: string, { online, timestampMs }: HostState): MqttMessage {
  const payload = new TextEncoder().encode(JSON.stringify({ online, timestamp: timestampMs }));
  return { topic: stateTopic(hostId), payload, qos: 1, retain: true };
}
