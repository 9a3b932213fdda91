import { whyReport } from "../site-report.ts";
import type { OperatorRequest } from "./request.ts";

export const why: OperatorRequest<object> = {
  op: "why",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { view }, answer) => answer(whyReport(view())),
};
