import { Ms } from "@penstock/protocol/units";
import { type DataValue, StatusCodes } from "node-opcua-client";
import type { NodeValue } from "../transports/node-link.ts";

/**
 * A node's value as a number, or why there is none: not Good, not a number, or older than it may be. Its age is the
 * server's own account of it, server minus source timestamp, so that no clock of ours is in it: a gateway that repeats what it
 * heard a minute ago does not make it new, and a source that is ahead of its server is not from the future. For as long as
 * the server's own time stands still (`stoodStillMs`), its account grows no older by itself.
 */
export function nodeNumber(
  { statusCode, value, sourceTimestamp, serverTimestamp }: DataValue,
  ageMsMax?: Ms,
  stoodStillMs: Ms = Ms(0),
): NodeValue {
  if (!statusCode.equals(StatusCodes.Good)) return statusCode.name;
  if (ageMsMax !== undefined) {
    // Whoever wants an age and is given none knows nothing.
    if (sourceTimestamp == null || serverTimestamp == null) return "its server tells no source time";
    if (stoodStillMs > ageMsMax) return "its server's time stands still";
    const ageMs = serverTimestamp.getTime() - sourceTimestamp.getTime();
    if (ageMs + stoodStillMs > ageMsMax) return "its source time is too old";
  }
  const raw: unknown = value?.value;
  if (typeof raw === "boolean") return raw ? 1 : 0;
  // 64-bit integers come as two halves, the upper first.
  if (Array.isArray(raw) && raw.length === 2) return Number(raw[0]) * 2 ** 32 + Number(raw[1]);
  return typeof raw === "number" && Number.isFinite(raw) ? raw : "it is no number";
}
