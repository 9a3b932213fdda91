import type { WaitingReport } from "../agent/requests/approvals.ts";
import { changeLines } from "./config-words.ts";
import { timeOf, wrap } from "./words.ts";

/** Who asks a second person, why, until when; of a configuration each field that would change. */
export const askedLines = ({ by, user, reason, changes, untilMs }: WaitingReport): string[] => [
  ...field("asked by", by === user ? by : `${by} (user ${user})`),
  ...field("because", reason),
  ...field("until", timeOf(untilMs)),
  ...(changes === undefined ? [] : changeLines(changes).map((line) => `  ${line}`)),
];

/** The same, with what would become of the site. */
export const waitingLines = (one: WaitingReport): string[] => [
  ...askedLines(one),
  ...field("now", one.now),
  ...field("after", one.after),
];

const field = (name: string, text: string): string[] => wrap(`  ${name.padEnd(8)}  ${text}`, 80, "            ");
