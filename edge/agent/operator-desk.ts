import type { Caller, UnixUser } from "./requests/caller.ts";
import { operatorRequests } from "./requests/index.ts";
import {
  type Answer,
  type Desk,
  type Fields,
  nameLengthMax,
  type OperatorRequest,
  ROLES,
  type Role,
  refusal,
} from "./requests/request.ts";

const byOp = new Map<unknown, OperatorRequest>(operatorRequests.map((request) => [request.op, request]));

/**
 * Answers people at the site: reports what is, and sets or clears what only they may set or clear. What each
 * request is stands on the shelf in `requests/`.
 */
export class OperatorDesk {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** `role` and `user` are what the door the request came through proves. Answers once. */
  handle(value: unknown, role: Role, answer: Answer, user?: UnixUser): void {
    const fields = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
    const request = byOp.get(fields["op"]);
    const asked = request?.parse(fields);
    if (request === undefined || asked === undefined) {
      answer(refusal({ code: "operator.not-understood" }));
      return;
    }
    if (ROLES.indexOf(role) < ROLES.indexOf(request.role)) {
      const by = typeof fields["by"] === "string" ? fields["by"] : "somebody";
      this.#desk.audit.wire(by, request.op, "operator.not-permitted", { role });
      answer(refusal({ code: "operator.not-permitted", role, needs: request.role }));
      return;
    }
    const caller = { role, user };
    if (this.#waits(request, asked, fields, caller, answer)) return;
    request.answer(asked, this.#desk, answer, caller);
    // After it: a stop waits for nothing.
    if (request.outdates !== undefined)
      this.#desk.secondPerson.outdate(request.outdates, String(fields["by"]), request.op);
  }

  /** True when it gives the site more room and the site wants two people for that: it is not done now. */
  #waits(request: OperatorRequest, asked: unknown, fields: Fields, caller: Caller, answer: Answer): boolean {
    const withinMs = this.#desk.config.access?.secondPersonWithinMs;
    const look = () => request.widens?.(asked, this.#desk);
    const widening = withinMs === undefined ? undefined : look();
    if (withinMs === undefined || widening === undefined) return false;
    const held = {
      op: request.op,
      role: request.role,
      by: String(fields["by"]),
      reason: String(fields["reason"]),
      widening,
      look,
      run: (by: string, approved: Answer) =>
        request.answer({ ...(asked as object), by: by.slice(0, nameLengthMax) }, this.#desk, approved, caller),
    };
    answer(refusal(this.#desk.secondPerson.hold(held, caller, withinMs)));
    return true;
  }
}
