import type { ApprovalsReport } from "../../agent/requests/approvals.ts";
import { askedLines } from "../approval-words.ts";
import { needsReason } from "../change.ts";
import { type Command, confirmOption, reasonOption } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCodes } from "../exit-codes.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "ID --reason TEXT [--reject] [--confirm SITE]",
  help: "The second person's word for what `sitectl approvals` lists: it is done now, if all\nis still as it was when it was asked. Whoever asked cannot approve, and who may not\nask for it cannot either. --reject ends it; whoever asked may do that too.",
  examples: [
    ["sitectl approve kfrtz --reason 'seen the permit'"],
    ["sitectl approve kfrtz --reason 'seen the permit' --confirm park", "from a script"],
    ["sitectl approve kfrtz --reject --reason 'the works go on'"],
  ],
  options: { reject: { text: "it is not to be done" }, ...reasonOption, ...confirmOption },
  run: async (context) => {
    const [id] = context.words;
    if (id === undefined) return context.usage("which one? sitectl approvals lists them");
    const reason = context.options.text("reason");
    if (!reason) return context.usage(needsReason);
    const word = { id, by: context.options.by, reason };
    if (context.options.flag("reject")) {
      return showReport<{ site: string }>(context, { op: "reject", ...word }, ({ site }) => [
        `${site}: ${id} is not done`,
      ]);
    }
    const asked = await context.ask({ op: "approvals" });
    if (!asked.ok) return asked.exitCode;
    const { site, waiting } = asked.report as unknown as ApprovalsReport;
    const one = waiting.find((other) => other.id === id);
    if (one === undefined) {
      context.say(`nothing waits under ${id}; sitectl approvals lists what does`);
      return exitCodes.refused;
    }
    context.say(`${one.op}\n${askedLines(one).join("\n")}`);
    const { now, after } = one;
    const exitCode = await confirm(context, { site, now, after, effect: `${one.op} is done with your approval` });
    if (exitCode !== exitCodes.ok) return exitCode;
    return showReport(context, { op: "approve", ...word }, () => [`${site}: ${one.op} is done`]);
  },
};
