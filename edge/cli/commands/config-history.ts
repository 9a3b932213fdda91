import type { Revision } from "../../config/config-book.ts";
import type { ConfigStatus } from "../../config/config-report.ts";
import type { Command } from "../command.ts";
import { statusLine } from "../config-words.ts";
import { showReport } from "../show-report.ts";
import { wrap } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "Who changed the configuration, when, why, and what became of it. The newest 30.",
  examples: [["sitectl config history"]],
  run: async (context) =>
    showReport<{ revisions: readonly Omit<Revision, "text">[]; status: ConfigStatus }>(
      context,
      { op: "config-history" },
      ({ revisions, status }) => [
        ...revisions.flatMap(({ number, appliedMs, by, reason, state, sha256 }) =>
          wrap(
            `${number === status.revision ? "*" : " "}${String(number).padStart(3)} ${new Date(appliedMs).toISOString()} ${by}: “${reason}”, ${state} [${sha256.slice(0, 8)}]`,
            80,
            "     ",
          ),
        ),
        statusLine(status),
      ],
    ),
};
