import type { Word } from "../second-person.ts";
import { parseWord } from "./approve.ts";
import { type OperatorRequest, refusal } from "./request.ts";

/** What waits for a second person is not done. */
export const reject: OperatorRequest<Word> = {
  op: "reject",
  role: "operator",
  parse: parseWord,
  answer(word, { secondPerson, view }, answer, caller) {
    const refused = secondPerson.reject(word, caller);
    answer(refused === undefined ? { version: 1, site: view().siteId, done: "reject" } : refusal(refused));
  },
};
