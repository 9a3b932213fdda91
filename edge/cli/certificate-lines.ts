import type { CertificateReport } from "../agent/requests/certificates.ts";
import { shorten } from "./words.ts";

/** A certificate in two or three lines: what to compare, whose it says it is, and how it was met. */
export function certificateLines(one: CertificateReport, nowMs: number): readonly string[] {
  const { thumbprint, side, peers, subject, applicationUri, validFromMs, validUntilMs, sinceMs, from, times } = one;
  const met = [
    ...(from === undefined ? [] : [`from ${from}`]),
    `last ${dateOf(sinceMs)}`,
    ...(times === undefined ? [] : [times === 1 ? "once" : `${times} times`]),
  ].join(", ");
  const validity =
    validUntilMs <= nowMs
      ? `EXPIRED ${dateOf(validUntilMs)}`
      : validFromMs > nowMs
        ? `NOT VALID before ${dateOf(validFromMs)}`
        : `valid until ${dateOf(validUntilMs)}`;
  return [
    `${thumbprint}  ${side} (${peers.join(", ")})`,
    shorten(`    ${subject}${applicationUri === undefined ? "" : `, ${applicationUri}`}`, 80),
    shorten(`    ${validity}; ${met}`, 80),
  ];
}

/** To the minute, UTC. */
const dateOf = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 16).replace("T", " ")}Z`;
