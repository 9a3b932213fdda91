import { expect, test } from "vitest";
import { answerWords } from "./desk-act.ts";

test.each([
  // answer                                                                    ok?    said
  [{ version: 1, subject: "PNSTK1", gate: "off" }, true, "Done."],
  [{ bidId: "A.v1", state: "accepted", refusals: [] }, true, "A.v1: accepted"],
  [
    { bidId: "A.v1", state: "built", review: { signaturesNeeded: 2 }, signatures: [{}] },
    true,
    "A.v1: signed by 1 of 2",
  ],
  [
    { bidId: "A.v1", state: "refused", refusals: [{ rule: "certificate.discharge" }] },
    true,
    "A.v1: refused (certificate.discharge)",
  ],
  [{ code: "desk.second-person", signedBy: ["trader-1"] }, false, "Refused: desk.second-person (signedBy: trader-1)"],
  [{ code: "desk.not-killed" }, false, "Refused: desk.not-killed"],
])("%j (ok: %s) is said as %s", (body, isOk, said) => {
  expect(answerWords(body, isOk)).toBe(said);
});
