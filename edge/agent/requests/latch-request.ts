import type { CodedError } from "@penstock/protocol/result";
import type { Latches } from "../../control/step-types.ts";
import { type Fields, isText, type OperatorRequest, refusal, type Widening } from "./request.ts";

/** Who and why: both go into the audit log. */
export interface Person {
  readonly by: string;
  readonly reason: string;
}

export interface LatchKind<Facts extends object> {
  readonly op: string;
  /** In force before it is on disk, because it makes the site safer. */
  readonly isUrgent?: true;
  readonly level?: "warning";
  /** {@link OperatorRequest.outdates}. */
  readonly outdates?: readonly string[];
  parse(fields: Fields): Facts | undefined;
  /** What a person asks that the site cannot mean to do. */
  refuse?(latches: Latches): CodedError | undefined;
  /** Where it gives the site more room: {@link OperatorRequest.widens}. */
  widens?(latches: Latches, asked: Facts & Person): Widening | undefined;
  apply(latches: Latches, asked: Facts & Person): Latches;
}

/** What changes a latch: refused, or on disk and in force; in the audit log and told as an event either way. */
export function latchRequest<Facts extends object>(kind: LatchKind<Facts>): OperatorRequest<Facts & Person> {
  const { op, isUrgent = false, level = "info" } = kind;
  return {
    op,
    role: "operator",
    outdates: kind.outdates,

    parse(fields) {
      const { by, reason } = fields;
      const facts = isText(by) && isText(reason) ? kind.parse(fields) : undefined;
      return facts === undefined ? undefined : { ...facts, by: by as string, reason: reason as string };
    },

    widens: (asked, { view }) => kind.widens?.(view().latches, asked),

    answer(asked, { audit, latch, tell, view }, answer) {
      const { by, reason, ...facts } = asked;
      const refused = kind.refuse?.(view().latches);
      if (refused !== undefined) {
        audit.person(by, op, refused.code, { reason, ...facts });
        answer(refusal(refused));
        return;
      }
      latch(
        (latches) => kind.apply(latches, asked),
        isUrgent,
        (result) => {
          audit.person(by, op, result.ok ? "done" : result.error.code, { reason, ...facts });
          if (!result.ok && !isUrgent) {
            answer(refusal(result.error));
            return;
          }
          tell({
            code: `operator.${op}`,
            level,
            text: `${by}: ${reason}`,
            facts: { by, reason, stored: result.ok, ...facts },
          });
          answer({ version: 1, site: view().siteId, done: op, stored: result.ok });
        },
      );
    },
  };
}
