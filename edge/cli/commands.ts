import type { OperatorRequest } from "../agent/operator-request.ts";
import type { AlarmsReport, EventsReport, LeaseReport, StatusReport, WhyReport } from "../agent/site-report.ts";
import type { ChainedAuditEntry } from "../store/edge-store.ts";
import { printAlarms, printAudit, printEvents, printLeases, printLine, printStatus, printWhy } from "./print.ts";
import type { Paint } from "./words.ts";

export interface Options {
  readonly reason?: string | undefined;
  readonly by: string;
  readonly limit: number;
  readonly "max-mw"?: string | undefined;
  readonly "min-mw"?: string | undefined;
  readonly "power-mw"?: string | undefined;
}

export interface Command {
  readonly usage: string;
  readonly summary: string;
  /** More than the summary, with examples: what `--help` teaches. */
  readonly help: string;
  /** The request, or a sentence on what is missing. */
  readonly request: (options: Options) => OperatorRequest | string;
  /** The report as lines for a person. */
  readonly print: (report: Record<string, unknown>, paint: Paint) => string[];
  /** Ask again every second until stopped, or `--count` times. */
  readonly repeats?: true;
  /** Gives the site more room than it has now: the site's name must be typed. */
  readonly confirm?: string;
}

/** By the words that call them. A new command is one entry here. */
export const commands: Readonly<Record<string, Command>> = {
  status: {
    usage: "status [--check]",
    summary: "one screen: power, charge, limits, lease, link, alarms",
    help: "With --check the exit code says how it is: 0 well, 10 alarms, 11 not controlling.\n\n  sitectl status\n  sitectl status --json | jq .gridPowerW\n  sitectl status --check --site feeder",
    request: () => ({ op: "status" }),
    print: (report, paint) => printStatus(report as unknown as StatusReport, paint),
  },
  why: {
    usage: "why",
    summary: "why the batteries do what they do: wish, limits, ramp, units",
    help: "Read it from top to bottom: who wished what, which limits narrowed it and by how\nmuch, how far the ramp has come, and units that could not take their share.\n\n  sitectl why\n  sitectl why --json | jq '.limits[] | select(.movedW != 0)'",
    request: () => ({ op: "why" }),
    print: (report, paint) => printWhy(report as unknown as WhyReport, paint),
  },
  watch: {
    usage: "watch [--count N]",
    summary: "the status screen, every second",
    help: "Ends with Ctrl-C. With --json one object a line.\n\n  sitectl watch\n  sitectl watch --json --count 60 > minute.ndjson",
    request: () => ({ op: "status" }),
    print: (report, paint) => printStatus(report as unknown as StatusReport, paint),
    repeats: true,
  },
  line: {
    usage: "line [--count N]",
    summary: "one greppable line a second",
    help: "Never redraws: for logs, pipes and screen readers.\n\n  sitectl line\n  sitectl line | grep limits=grid-connection",
    request: () => ({ op: "status" }),
    print: (report) => [printLine(report as unknown as StatusReport)],
    repeats: true,
  },
  lease: {
    usage: "lease",
    summary: "the leases held, which is followed, and when they end",
    help: "A lease is the cloud's signed, expiring wish. What happens at its end stands\nunder `then`.\n\n  sitectl lease",
    request: () => ({ op: "lease" }),
    print: (report, paint) => printLeases(report as unknown as LeaseReport, paint),
  },
  alarms: {
    usage: "alarms",
    summary: "what somebody should look at, now",
    help: "  sitectl alarms\n  sitectl alarms --json | jq -r '.alarms[].code'",
    request: () => ({ op: "alarms" }),
    print: (report, paint) => printAlarms(report as unknown as AlarmsReport, paint),
  },
  events: {
    usage: "events [--limit N]",
    summary: "what happened lately, oldest first",
    help: "  sitectl events --limit 100",
    request: ({ limit }) => ({ op: "events", limit }),
    print: (report, paint) => printEvents(report as unknown as EventsReport, paint),
  },
  "audit tail": {
    usage: "audit tail [--limit N]",
    summary: "who changed what, and which leases were refused",
    help: "  sitectl audit tail --limit 50",
    request: ({ limit }) => ({ op: "audit", limit }),
    print: (report) => printAudit(report["entries"] as ChainedAuditEntry[]),
  },
  "audit verify": {
    usage: "audit verify [--limit N]",
    summary: "that no entry of the audit log was altered or taken out",
    help: "Each entry seals the one before it (SHA-256). Checks the newest --limit entries.\n\n  sitectl audit verify --limit 1000",
    request: ({ limit }) => ({ op: "audit", limit }),
    print: (report) => {
      const chain = report["chain"] as { ok: boolean; error?: { sequence: number } };
      const count = (report["entries"] as unknown[]).length;
      return [chain.ok ? `whole: ${count} entries` : `BROKEN at entry ${chain.error?.sequence}`];
    },
  },
  stop: {
    usage: "stop --reason TEXT",
    summary: "bring the batteries to rest, until somebody resumes",
    help: "Needs no confirmation and no cloud. Stays over restarts; the cloud cannot clear it.\n\n  sitectl stop --reason 'smell of smoke at unit 3'",
    request: ({ by, reason }) => (reason ? { op: "stop", by, reason } : needsReason),
    print: doneLine,
  },
  resume: {
    usage: "resume --reason TEXT",
    summary: "end a local stop",
    help: "The site takes up its lease or its own profile again, by its ramp.\n\n  sitectl resume --reason 'unit 3 inspected, nothing found'\n  sitectl resume --reason … --confirm park     (from a script)",
    request: ({ by, reason }) => (reason ? { op: "resume", by, reason } : needsReason),
    print: doneLine,
    confirm: "the batteries may move again",
  },
  "limit set": {
    usage: "limit set [--max-mw N] [--min-mw N] --reason TEXT",
    summary: "latch a local limit on the batteries' power",
    help: "Power out is positive: --max-mw bounds discharge, --min-mw (negative) charge.\nStays over restarts; the cloud cannot clear it. It replaces the one before it.\n\n  sitectl limit set --max-mw 2 --min-mw -2 --reason 'works on the line'",
    request: ({ by, reason, "max-mw": max, "min-mw": min }) => {
      if (!reason) return needsReason;
      const powerWMax = megawatts(max);
      const powerWMin = megawatts(min);
      if (powerWMax === undefined || powerWMin === undefined) return "--max-mw and --min-mw must be numbers";
      if (powerWMax === null && powerWMin === null) return "a limit needs --max-mw, --min-mw or both";
      if (powerWMax !== null && powerWMin !== null && powerWMin > powerWMax) return "--min-mw is above --max-mw";
      return { op: "limit-set", by, reason, powerWMin, powerWMax };
    },
    print: doneLine,
  },
  "limit clear": {
    usage: "limit clear --reason TEXT",
    summary: "lift the local limit",
    help: "  sitectl limit clear --reason 'works are done'\n  sitectl limit clear --reason … --confirm park     (from a script)",
    request: ({ by, reason }) => (reason ? { op: "limit-clear", by, reason } : needsReason),
    print: doneLine,
    confirm: "the local limit no longer holds the batteries back",
  },
  "mode auto": modeCommand("auto", "follow leases and the site's profile"),
  "mode manual": modeCommand("manual", "hold --power-mw, whatever the cloud says"),
  "mode maintenance": modeCommand("maintenance", "keep still for people at the equipment"),
};

const needsReason = "--reason TEXT is needed: it goes into the audit log";

function modeCommand(mode: "auto" | "manual" | "maintenance", summary: string): Command {
  const power = mode === "manual" ? " --power-mw N" : "";
  return {
    usage: `mode ${mode}${power} --reason TEXT`,
    summary,
    help: `Stays over restarts. Limits hold in every mode.\n\n  sitectl mode ${mode}${power.replace("N", "1.5")} --reason 'acceptance test'`,
    request: ({ by, reason, "power-mw": powerText }) => {
      if (!reason) return needsReason;
      const powerW = mode === "manual" ? megawatts(powerText) : 0;
      if (powerW === undefined || powerW === null) return "manual mode needs --power-mw, a number, + = discharge";
      return { op: "mode", by, reason, mode, powerW };
    },
    print: doneLine,
    ...(mode === "maintenance" ? {} : { confirm: "the batteries may move" }),
  };
}

/** Watts; null when nothing was said, undefined when it is no number. */
function megawatts(text: string | undefined): number | null | undefined {
  if (text === undefined) return null;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value * 1e6 : undefined;
}

function doneLine(report: Record<string, unknown>): string[] {
  const { site, done, stored } = report;
  return stored === true
    ? [`${String(site)}: ${String(done)} is in force`]
    : [`${String(site)}: ${String(done)} is in force, but NOT on disk: a restart would forget it`];
}
