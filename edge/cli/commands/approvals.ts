import type { ApprovalsReport } from "../../agent/requests/approvals.ts";
import { waitingLines } from "../approval-words.ts";
import type { Command } from "../command.ts";
import { showReport } from "../show-report.ts";
import { seconds } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "What gives the site more room and was asked by one person only. It is done when\nanother approves it, and forgotten after its time or when the agent starts again.\nA site wants two where its file says access.secondPersonWithinS.",
  examples: [["sitectl approvals"], ["sitectl approvals --json | jq -r '.waiting[].id'"]],
  run: (context) =>
    showReport<ApprovalsReport>(context, { op: "approvals" }, ({ site, withinMs, waiting }, { paint }) => {
      if (withinMs === null) return [`${site}: one person is enough; two where access.secondPersonWithinS is set`];
      if (waiting.length === 0) return [`${site}: nothing waits for a second person (${seconds(withinMs)} each)`];
      return [
        ...waiting.flatMap((one) => [paint.bold(`${one.id}  ${one.op}`), ...waitingLines(one), ""]),
        paint.dim("sitectl approve ID --reason TEXT     not you who asked, and as your own user"),
      ];
    }),
};
