import type { OperatorRequest } from "./request.ts";

/** What waits for a second person. */
export const approvals: OperatorRequest<object> = {
  op: "approvals",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { config, secondPerson, view }, answer) =>
    answer({
      version: 1,
      site: view().siteId,
      withinMs: config.access?.secondPersonWithinMs ?? null,
      waiting: secondPerson.list().map(({ id, op, by, user, reason, untilMs, widening }) => ({
        id,
        op,
        by,
        user: user.name,
        reason,
        untilMs,
        ...widening,
      })),
    }),
};
