import type { Ms } from "@penstock/protocol/units";
import { configChange, otherConfig, wholeOrNone } from "./config-request.ts";

/** Back to revision `to`; without one to the confirmed one before. Ending what nobody has confirmed yet needs no second person: it ends by itself too. */
export const configRollback = configChange(
  "config-rollback",
  ({ to, confirmWithinMs }) => {
    const [number, withinMs] = [wholeOrNone(to), wholeOrNone(confirmWithinMs)];
    if (Number.isNaN(number) || Number.isNaN(withinMs)) return undefined;
    return { to: number, confirmWithinMs: withinMs as Ms | undefined };
  },
  (desk, asked, done) => desk.rollback(asked, done),
  (desk, { to }) => {
    const target = desk.rollbackTarget(to);
    return target && otherConfig(desk, target.text, `revision ${target.number} again`);
  },
);
