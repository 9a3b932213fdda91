import type { CodedError, Result } from "@penstock/protocol/result";
import type { ConfigDesk } from "../../config/config-desk.ts";
import type { ConfigStatus } from "../../config/config-report.ts";
import {
  type Answer,
  type Desk,
  type Fields,
  isText,
  type OperatorRequest,
  type Refusal,
  refusal,
  type Widening,
} from "./request.ts";

/** Who, and why: both go into the history and the audit log. */
export interface Person {
  readonly by: string;
  readonly reason: string;
}

/** A request that looks at the configuration; anybody may. */
export const configLook = <Asked>(
  op: string,
  parse: (fields: Fields) => Asked | undefined,
  look: (configDesk: ConfigDesk, asked: Asked) => Result<object>,
): OperatorRequest<Asked> => ({
  op,
  role: "viewer",
  parse,
  answer(asked, desk, answer) {
    if (desk.configDesk === undefined) {
      answer(NONE);
      return;
    }
    const found = look(desk.configDesk, asked);
    const status = desk.configDesk.status();
    answer(found.ok ? { version: 1, site: desk.view().siteId, status, ...found.value } : refusal(found.error));
  },
});

/** A request that changes it: only an admin may, and what came of it is in the audit log. */
export const configChange = <Asked extends object>(
  op: string,
  parse: (fields: Fields) => Asked | undefined,
  change: (configDesk: ConfigDesk, asked: Asked & Person, done: (result: Result<ConfigStatus>) => void) => void,
  widens?: (configDesk: ConfigDesk, asked: Asked & Person) => Widening | undefined,
): OperatorRequest<Asked & Person> => ({
  op,
  role: "admin",
  parse(fields) {
    const { by, reason } = fields;
    const asked = isText(by) && isText(reason) ? parse(fields) : undefined;
    return asked === undefined ? undefined : { ...asked, by: by as string, reason: reason as string };
  },
  widens: (asked, { configDesk }) => configDesk && widens?.(configDesk, asked),
  answer(asked, desk, answer) {
    if (desk.configDesk === undefined) answer(NONE);
    else change(desk.configDesk, asked, (result) => report(op, asked, desk, result, answer));
  },
});

/** Another configuration may raise any limit, and end the rule of two: all of it counts as more room. */
export function otherConfig(desk: ConfigDesk, text: string, after: string): Widening | undefined {
  const running = desk.show(undefined);
  const proposal = desk.propose(text);
  // What is refused anyway needs nobody.
  if (!running.ok || !proposal.ok || running.value.text === text) return undefined;
  const { changes, meaningSha256 } = proposal.value;
  return { now: `revision ${running.value.number}`, after, changes, meaningSha256 };
}

function report(op: string, { by, reason }: Person, desk: Desk, result: Result<ConfigStatus>, answer: Answer): void {
  const facts = result.ok ? { reason, revision: result.value.revision } : { reason };
  desk.audit.person(by, op, result.ok ? "done" : result.error.code, facts);
  answer(result.ok ? { version: 1, site: desk.view().siteId, done: op, status: result.value } : refusal(result.error));
}

const NONE: Refusal = refusal({ code: "config.not-kept" } satisfies CodedError);

/** A whole configuration: bounded by what one line on the socket may carry. */
export const isDocument = (value: unknown): value is string => typeof value === "string" && value.length > 0;

/** Undefined stays undefined, for "the running one", "the one before", "for good"; anything but a whole number is `NaN`. */
export const wholeOrNone = (value: unknown): number | undefined =>
  value === undefined || value === null
    ? undefined
    : Number.isInteger(value) && Number(value) > 0
      ? Number(value)
      : Number.NaN;
