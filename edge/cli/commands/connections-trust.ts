import type { CertificatesReport } from "../../agent/requests/certificates.ts";
import { certificateLines } from "../certificate-lines.ts";
import { needsReason } from "../change.ts";
import { type Command, confirmOption, reasonOption } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCodes } from "../exit-codes.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "THUMBPRINT --reason TEXT [--confirm SITE]",
  help: "Trusts an OPC UA certificate that was refused: a server's we read, or a client's\nof SCADA. Compare its thumbprint with the other side's own display first, over\nanother way than this network. sitectl connections lists those that wait. Its\nbearer is let in at the next attempt; nothing is started again.",
  examples: [
    ["sitectl connections trust 8c8869362bbb43b136e874fb61172a93dff47657 --reason 'seen at the panel'"],
    ["sitectl connections trust 8c88…7657 --reason 'seen at the panel' --confirm park", "from a script; whole"],
  ],
  options: { ...reasonOption, ...confirmOption },
  run: async (context) => {
    const [word] = context.words;
    if (word === undefined) return context.usage("which one? sitectl connections lists those that wait");
    const thumbprint = word.replaceAll(":", "").toLowerCase();
    if (!/^[0-9a-f]{40}$/.test(thumbprint)) {
      return context.usage("a thumbprint is wanted whole: 40 hexadecimal digits, with or without colons");
    }
    const reason = context.options.text("reason");
    if (!reason) return context.usage(needsReason);
    const asked = await context.ask({ op: "certificates" });
    if (!asked.ok) return asked.exitCode;
    const { site, timeMs, certificates } = asked.report as unknown as CertificatesReport;
    const waiting = certificates.find((one) => one.state === "rejected" && one.thumbprint === thumbprint);
    if (waiting !== undefined) {
      context.say(certificateLines(waiting, timeMs).join("\n"));
      const isServer = waiting.side === "server";
      const exitCode = await confirm(context, {
        site,
        now: `this ${waiting.side} is turned away`,
        after: `it is trusted as ${waiting.peers.join(", ")}`,
        effect: isServer ? "what it says is believed" : "it may log in as the users it has the passwords of",
      });
      if (exitCode !== exitCodes.ok) return exitCode;
    }
    // One that does not wait is for the agent to refuse, by name.
    return showReport<{ readonly peers: readonly string[] }>(
      context,
      { op: "certificate-trust", thumbprint, by: context.options.by, reason },
      ({ peers }) => [`${site}: trusted as ${peers.join(", ")}; its next attempt is let in`],
    );
  },
};
