import { statusReport } from "../site-report.ts";
import type { OperatorRequest } from "./request.ts";

export const status: OperatorRequest<object> = {
  op: "status",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { store, view }, answer) =>
    store.stats((stats) => answer(statusReport(view(), stats.ok ? stats.value : undefined))),
};
