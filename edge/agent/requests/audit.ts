import { verifyAudit } from "../../store/audit-chain.ts";
import { type OperatorRequest, parseLimit, refusal } from "./request.ts";

export const audit: OperatorRequest<{ limit: number }> = {
  op: "audit",
  role: "viewer",

  parse({ limit: asked }) {
    const limit = parseLimit(asked);
    return limit === undefined ? undefined : { limit };
  },

  answer({ limit }, { store, view }, answer) {
    store.readAudit(limit, (result) => {
      if (!result.ok) answer(refusal(result.error));
      else answer({ version: 1, site: view().siteId, entries: result.value, chain: verifyAudit(result.value) });
    });
  },
};
