import { alarmsReport } from "../site-report.ts";
import type { OperatorRequest } from "./request.ts";

export const alarms: OperatorRequest<object> = {
  op: "alarms",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { view }, answer) => answer(alarmsReport(view())),
};
