import type { UtcMs } from "@penstock/protocol/units";
import type { OperatorRequest, Widening } from "./request.ts";

export interface ApprovalsReport {
  readonly version: 1;
  readonly site: string;
  /** How long a request waits; null where one person is enough. */
  readonly withinMs: number | null;
  readonly waiting: readonly WaitingReport[];
}

export interface WaitingReport extends Widening {
  readonly id: string;
  readonly op: string;
  readonly by: string;
  /** The Unix user it was proven to come from. */
  readonly user: string;
  readonly reason: string;
  readonly untilMs: UtcMs;
}

/** What waits for a second person. */
export const approvals: OperatorRequest<object> = {
  op: "approvals",
  role: "viewer",
  parse: () => ({}),
  answer(_, { config, secondPerson, view }, answer) {
    const report: ApprovalsReport = {
      version: 1,
      site: view().siteId,
      withinMs: config.access?.secondPersonWithinMs ?? null,
      waiting: secondPerson.list().map(({ id, op, by, user, reason, untilMs, widening }) => ({
        ...{ id, op, by, user: user.name, reason, untilMs },
        ...widening,
      })),
    };
    answer(report);
  },
};
