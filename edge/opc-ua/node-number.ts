import type { Ms } from "@penstock/protocol/units";
import { type DataValue, StatusCodes } from "node-opcua-client";

/**
 * A node's value as a number; NaN when it is not Good, not a number, or older than it may be. Its age is the server's own
 * account of it, server minus source timestamp, so that no clock of ours is in it: a gateway that repeats what it heard
 * a minute ago does not make it new, and a source that is ahead of its server is not from the future.
 */
export function nodeNumber({ statusCode, value, sourceTimestamp, serverTimestamp }: DataValue, ageMsMax?: Ms): number {
  if (!statusCode.equals(StatusCodes.Good)) return Number.NaN;
  if (ageMsMax !== undefined) {
    // Whoever wants an age and is given none knows nothing.
    if (sourceTimestamp == null || serverTimestamp == null) return Number.NaN;
    if (serverTimestamp.getTime() - sourceTimestamp.getTime() > ageMsMax) return Number.NaN;
  }
  const raw: unknown = value?.value;
  if (typeof raw === "boolean") return raw ? 1 : 0;
  // 64-bit integers come as two halves, the upper first.
  if (Array.isArray(raw) && raw.length === 2) return Number(raw[0]) * 2 ** 32 + Number(raw[1]);
  return typeof raw === "number" && Number.isFinite(raw) ? raw : Number.NaN;
}
