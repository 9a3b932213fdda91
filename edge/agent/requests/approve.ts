import type { Word } from "../second-person.ts";
import { isText, type OperatorRequest, refusal } from "./request.ts";

/** The second person's word for what waits; answers as what waited does. */
export const approve: OperatorRequest<Word> = {
  op: "approve",
  role: "operator",
  parse: parseWord,
  answer(word, { secondPerson }, answer, caller) {
    const refused = secondPerson.approve(word, caller, answer);
    if (refused !== undefined) answer(refusal(refused));
  },
};

export function parseWord({ id, by, reason }: Readonly<Record<string, unknown>>): Word | undefined {
  return isText(id) && isText(by) && isText(reason) ? { id, by, reason } : undefined;
}
