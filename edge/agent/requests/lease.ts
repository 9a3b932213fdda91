import { leaseReport } from "../site-report.ts";
import type { OperatorRequest } from "./request.ts";

export const lease: OperatorRequest<object> = {
  op: "lease",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { view }, answer) => answer(leaseReport(view())),
};
