import { operatorRequests } from "./requests/index.ts";
import { type Answer, type Desk, type OperatorRequest, ROLES, type Role, refusal } from "./requests/request.ts";

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

  /** `role` is what the door the request came through proves. Answers once. */
  handle(value: unknown, role: Role, answer: Answer): void {
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
    request.answer(asked, this.#desk, answer);
  }
}
