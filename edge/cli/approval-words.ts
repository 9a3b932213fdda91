import type { WaitingReport } from "../agent/requests/approvals.ts";
import { changeLines } from "./config-words.ts";
import { timeOf, wrap } from "./words.ts";

/** What a second person is asked to answer for. */
export const waitingLines = ({ by, user, reason, now, after, changes, untilMs }: WaitingReport): string[] => [
  ...field("asked by", by === user ? by : `${by} (user ${user})`),
  ...field("because", reason),
  ...field("now", now),
  ...field("after", after),
  ...(changes === undefined ? [] : changeLines(changes).map((line) => `  ${line}`)),
  ...field("until", timeOf(untilMs)),
];

const field = (name: string, text: string): string[] => wrap(`  ${name.padEnd(8)}  ${text}`, 80, "            ");
