import type { Ms } from "@penstock/protocol/units";
import { configChange, isDocument, otherConfig, wholeOrNone } from "./config-request.ts";

/** Runs a text from now on; with `confirmWithinMs` only until then, unless it is confirmed. */
export const configApply = configChange(
  "config-apply",
  ({ text, confirmWithinMs }) => {
    const withinMs = wholeOrNone(confirmWithinMs);
    return isDocument(text) && !Number.isNaN(withinMs)
      ? { text, confirmWithinMs: withinMs as Ms | undefined }
      : undefined;
  },
  (desk, asked, done) => desk.apply(asked, done),
  (desk, { text }) => otherConfig(desk, text, "a new revision"),
);
