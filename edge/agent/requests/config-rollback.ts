import type { Ms } from "@penstock/protocol/units";
import { configChange, wholeOrNone } from "./config-request.ts";

/** Back to revision `to`; without one to the confirmed one before. */
export const configRollback = configChange(
  "config-rollback",
  ({ to, confirmWithinMs }) => {
    const [number, withinMs] = [wholeOrNone(to), wholeOrNone(confirmWithinMs)];
    if (Number.isNaN(number) || Number.isNaN(withinMs)) return undefined;
    return { to: number, confirmWithinMs: withinMs as Ms | undefined };
  },
  (desk, asked, done) => desk.rollback(asked, done),
);
