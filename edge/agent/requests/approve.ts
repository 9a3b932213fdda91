import { isText, type OperatorRequest, refusal } from "./request.ts";

/** The second person's word for what waits; answers as what waited does. */
export const approve: OperatorRequest<{ id: string; by: string; reason: string }> = {
  op: "approve",
  role: "operator",
  parse: ({ id, by, reason }) => (isText(id) && isText(by) && isText(reason) ? { id, by, reason } : undefined),
  answer({ id, by, reason }, { secondPerson }, answer, caller) {
    const refused = secondPerson.approve(id, by, reason, caller, answer);
    if (refused !== undefined) answer(refusal(refused));
  },
};
