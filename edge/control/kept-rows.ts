import { type AllocationRows, allocationRows } from "./allocate.ts";

/** Rows to allocate with, kept between cycles; they grow with the largest site seen. Whoever asks fills them anew. */
export function rowsFor(length: number): AllocationRows {
  if (kept.min.length < length) kept = allocationRows(2 * length);
  return kept;
}

let kept = allocationRows(16);
