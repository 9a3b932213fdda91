import type { AlarmPriority } from "@penstock/protocol/fleet";

/** What an alarm asks of people. An alarm is only what needs somebody to act; everything else is an event. */
export interface AlarmKind {
  readonly priority: AlarmPriority;
  readonly action: string | null;
}

/** `high`: act now, power or safety is at stake; `medium`: this shift; `low`: when you are next at it. */
const kinds: Readonly<Record<string, AlarmKind>> = {
  "cloud.link-lost": {
    priority: "high",
    action: "Check the broker and this machine's network; the sites go on with the leases they hold.",
  },
  "site.link-lost": {
    priority: "high",
    action: "Check the site's uplink; it keeps its limits and falls back when its lease ends.",
  },
  "site.data-stale": { priority: "medium", action: "Ask the site with sitectl status; its control loop may be stuck." },
  "unit.fault": { priority: "medium", action: "Read the unit's own event list; its share moves to the other units." },
  "limit-conflict": {
    priority: "high",
    action: "Limits contradict each other; see sitectl why and clear the wrong one.",
  },
  "guard-stepped-in": {
    priority: "high",
    action: "The last check stopped a command; keep the recording and report it.",
  },
  "device.foreign-write": { priority: "high", action: "Find who else writes to the unit, and stop them." },
  "device.write-not-applied": { priority: "medium", action: "Check that the unit is in remote control." },
  "lease.refused": { priority: "high", action: "Check clocks and keys; if neither is wrong, somebody forges leases." },
  "desk.killed": {
    priority: "high",
    action: "When it is safe again, an approver clears it: fleetctl kill clear --why …",
  },
  "desk.approval-expired": {
    priority: "medium",
    action: "Nobody approved in time and nothing was bid; see fleetctl approvals.",
  },
  "desk.too-late": {
    priority: "medium",
    action: "The bid was ready after its gate had closed; look what keeps the machine busy, or decide earlier.",
  },
  "desk.reserve-results-missing": {
    priority: "medium",
    action: "Ask the operator what reserves it bought; until it is known all that was offered counts as sold.",
  },
  "desk.no-longer-fits": { priority: "medium", action: "The bid was not sent; fleetctl why-bid says what changed." },
  "desk.race-lost": { priority: "high", action: "A person's bid did not have the last word; check with the operator." },
  "desk.not-withdrawn": { priority: "high", action: "Withdraw the unit at the operator's own desk." },
  "desk.capability-changed": {
    priority: "high",
    action: "The site's grid settings changed and it is not bid; look at the change, then fleetctl attest.",
  },
  "desk.capability-unknown": {
    priority: "medium",
    action:
      "The site has not said which settings it runs on, so it is not bid. Usual for some seconds after its first start.",
  },
  "desk.bid-refused": {
    priority: "medium",
    action: "Nothing is offered in its place; fleetctl why-bid says the rule.",
  },
  "operator.unreachable": { priority: "high", action: "Whether the operator has the bid is not known; ask its desk." },
  "ingest.conflicting-record": { priority: "medium", action: "The site's store may have been restored from a copy." },
  "store.cannot-commit": {
    priority: "high",
    action: "Free disk space for the aggregator; the sites keep their records.",
  },
};

export const alarmKind = (code: string): AlarmKind => kinds[code] ?? { priority: "medium", action: null };
