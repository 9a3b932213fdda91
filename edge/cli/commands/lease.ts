import type { LeaseReport } from "../../agent/site-report.ts";
import type { Command } from "../command.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { power, seconds, wrap } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "A lease is the cloud's signed, expiring wish. What happens at its end stands\nunder `then`.",
  examples: [["sitectl lease"]],
  run: (context) => showReport<LeaseReport>(context, { op: "lease" }, leaseLines),
};

const width = 80;

function leaseLines({ site, leases }: LeaseReport, { paint, table }: Look): string[] {
  if (leases.length === 0) return [`${site}: no lease is held; the site follows its own profile`];
  return [
    ...table(
      ["lease", ">power", "kind", ">prio", ">ends in", "then", ""],
      leases.map((lease) => [
        lease.id,
        power(lease.powerW),
        lease.kind,
        String(lease.priority),
        seconds(lease.endsInMs),
        lease.onExpire,
        lease.followed ? "followed" : "",
      ]),
    ),
    ...leases.flatMap((lease) => wrap(paint.dim(`${lease.id}: ${lease.reason}`), width, "  ")),
  ];
}
