import type { UtcMs } from "@penstock/protocol/units";
import type { FieldChange } from "./config-diff.ts";

/** What `sitectl` and the status say about it. */
export interface ConfigStatus {
  readonly revision: number | null;
  readonly sha256: string | null;
  readonly capability: string;
  /** The running revision goes back to `revertsTo` at `untilMs` unless it is confirmed. */
  readonly pending: { readonly revertsTo: number; readonly untilMs: UtcMs } | null;
}

export interface Proposal {
  readonly changes: readonly FieldChange[];
  readonly capabilityBefore: string;
  readonly capabilityAfter: string;
  /** All that the text would mean, with the device maps it names as they are now. */
  readonly meaningSha256: string;
}
