import type { CommandEntry } from "../command.ts";

const entry = (group: string, name: string, summary: string, load: CommandEntry["load"]): CommandEntry => ({
  group,
  name,
  summary,
  load,
});

const see = "See";
const alarm = "Alarms";
const device = "Devices and paths";
const field = "At the site";
const change = "Change";
const record = "Records";
const settings = "Configuration";

/** The shelf: one line a command, loaded only when it is called. */
export const commandEntries: readonly CommandEntry[] = [
  entry(see, "status", "one screen: power, charge, limits, lease, link, alarms", () => import("./status.ts")),
  entry(see, "watch", "the status screen, live", () => import("./watch.ts")),
  entry(see, "why", "why the batteries do what they do, from wish to write", () => import("./why.ts")),
  entry(see, "why-not", "what stands between the site and a power", () => import("./why-not.ts")),
  entry(see, "why-unit", "why one unit does what it does", () => import("./why-unit.ts")),
  entry(see, "line", "single-line diagram with live flows; --log for pipes", () => import("./line.ts")),
  entry(see, "units", "every unit: power, charge, what its BMS allows, state", () => import("./units.ts")),
  entry(see, "points", "the metric catalogue with values of now", () => import("./points.ts")),
  entry(see, "lease", "the leases held, which is followed, when they end", () => import("./lease.ts")),
  entry(alarm, "alarms ls", "what somebody should look at; also: sitectl alarms", () => import("./alarms-ls.ts")),
  entry(alarm, "alarms ack", "say that you have seen it", () => import("./alarms-ack.ts")),
  entry(alarm, "alarms shelve", "put one aside for a time", () => import("./alarms-shelve.ts")),
  entry(alarm, "alarms log", "what became of alarms, and how well they serve", () => import("./alarms-log.ts")),
  entry(alarm, "explain", "any code: what happened, what to do", () => import("./explain.ts")),
  entry(device, "devices ls", "each device: where, state, errors", () => import("./devices-ls.ts")),
  entry(device, "detect", "who answers on a device network", () => import("./detect.ts")),
  entry(device, "devices probe", "who a device is and which models it has", () => import("./devices-probe.ts")),
  entry(device, "devices read", "registers and points of a device, read now", () => import("./devices-read.ts")),
  entry(device, "devices watch", "every reading of a device, live", () => import("./devices-watch.ts")),
  entry(device, "connections", "every peer of the site and how it is", () => import("./connections.ts")),
  entry(
    device,
    "connections trust",
    "let an OPC UA certificate in that was refused",
    () => import("./connections-trust.ts"),
  ),
  entry(device, "link", "the way to the cloud and what waits", () => import("./link.ts")),
  entry(device, "store", "what is on disk and how full it is", () => import("./store.ts")),
  entry(device, "time", "clocks, and how punctual the loop is", () => import("./time.ts")),
  entry(field, "commission", "prove a site, step by step; goes on where it stopped", () => import("./commission.ts")),
  entry(field, "commission draft", "a first configuration from who answers", () => import("./commission-draft.ts")),
  entry(field, "commission report", "the signed report; --verify one", () => import("./commission-report.ts")),
  entry(field, "doctor", "more than thirty checks, each with its fix", () => import("./doctor.ts")),
  entry(field, "bundle", "a redacted archive for support", () => import("./bundle.ts")),
  entry(field, "completion", "tab completion for bash, zsh, fish", () => import("./completion.ts")),
  entry(change, "stop", "bring the batteries to rest, until somebody resumes", () => import("./stop.ts")),
  entry(change, "resume", "end a local stop", () => import("./resume.ts")),
  entry(change, "limit set", "latch a local limit on the batteries' power", () => import("./limit-set.ts")),
  entry(change, "limit clear", "lift the local limit", () => import("./limit-clear.ts")),
  entry(change, "approvals", "what waits for a second person", () => import("./approvals.ts")),
  entry(change, "approve", "be the second person; --reject", () => import("./approve.ts")),
  entry(change, "mode", "auto, manual or maintenance", () => import("./mode.ts")),
  entry(record, "events", "what happened lately, oldest first", () => import("./events.ts")),
  entry(record, "audit tail", "who changed what, and which leases were refused", () => import("./audit-tail.ts")),
  entry(record, "audit verify", "that no audit entry was altered or taken out", () => import("./audit-verify.ts")),
  entry(record, "replay", "run the core over what was recorded", () => import("./replay.ts")),
  entry(record, "evidence ls", "the frequency events that were frozen", () => import("./evidence-ls.ts")),
  entry(record, "evidence show", "one event: response beside the contract", () => import("./evidence-show.ts")),
  entry(record, "evidence export", "one event as CSV or JSON", () => import("./evidence-export.ts")),
  entry(settings, "config show", "the configuration the site runs on", () => import("./config-show.ts")),
  entry(settings, "config check", "whether a file is right, and where not", () => import("./config-check.ts")),
  entry(settings, "config diff", "what a file would change", () => import("./config-diff.ts")),
  entry(settings, "config apply", "run on a file; back by itself unless confirmed", () => import("./config-apply.ts")),
  entry(settings, "config confirm", "keep what would go back by itself", () => import("./config-confirm.ts")),
  entry(settings, "config rollback", "back to an earlier one", () => import("./config-rollback.ts")),
  entry(settings, "config history", "who changed what, when and why", () => import("./config-history.ts")),
];
