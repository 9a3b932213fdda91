import { alarms, errors } from "./explanation.ts";

/**
 * What the fleet's side says of a site: codes that people at a site hear on the telephone and find in `fleetctl`. They
 * are raised elsewhere; here are only the words, so that no network is needed to understand them.
 */
export const fleetCodes = [
  ...alarms(
    "high",
    [
      "cloud.link-lost",
      "The aggregator has lost its broker.",
      "Every site follows its leases to their end, then its own profile; records wait on disk.",
      "Nothing at the site. The operators of the aggregator look at the broker and its network.",
    ],
    [
      "site.link-lost",
      "The aggregator hears nothing of the site.",
      "It is not bid; at the site the lease runs out and the profile rules.",
      "sitectl link at the site: network, name, password file, certificate.",
    ],
    [
      "desk.killed",
      "Somebody at the desk stopped all bidding.",
      "What waits is void, what stands is withdrawn; the site follows what it already holds.",
      "Nothing at the site; an approver at the desk clears it when it is safe.",
    ],
    [
      "desk.capability-changed",
      "The site's grid-relevant settings are not the ones that were attested.",
      "It is left out of every bid from the next market interval on.",
      "sitectl config diff shows what changed; an approver attests it, or sitectl config rollback.",
    ],
    [
      "desk.race-lost",
      "A person's bid did not have the last word at the market operator.",
      "It is sent again with the reason.",
      "Nothing at the site; the desk checks with the operator.",
    ],
    [
      "desk.not-withdrawn",
      "A bid could not be withdrawn at the market operator.",
      "The site may be called for power; it gives what its limits allow.",
      "The desk withdraws the unit by hand; tell it what the site can do (sitectl why-not).",
    ],
    [
      "operator.unreachable",
      "The market operator does not answer.",
      "Whether it has the bid is not known; the last one that was accepted stands.",
      "Nothing at the site; the desk asks the operator by telephone.",
    ],
    [
      "store.cannot-commit",
      "The aggregator cannot write to its disk.",
      "It acknowledges nothing, so the site keeps its records and sends them again.",
      "At the site sitectl store shows how long that can go on; the aggregator needs space.",
    ],
  ),
  ...alarms(
    "medium",
    [
      "site.data-stale",
      "The site is connected and its values do not move.",
      "It is not bid until they do.",
      "sitectl status at the site: does the loop report? sitectl doctor names the rest.",
    ],
    [
      "unit.fault",
      "A unit of the site reports a fault.",
      "Its share moves to the others, and the site is bid with what is left.",
      "sitectl why-unit UNIT and the unit's own event list.",
    ],
    [
      "desk.capability-unknown",
      "The site does not say which settings it runs on, or nobody attested them.",
      "It is left out of every bid.",
      "An edge of this version says it (Capability/Hash); then an approver attests it.",
    ],
    [
      "desk.approval-expired",
      "A bid that needed a person's yes did not get it in time.",
      "Nothing was bid for that interval.",
      "Nothing at the site.",
    ],
    [
      "desk.too-late",
      "The bid was ready only after its gate had closed: the aggregator's machine was busy with something else.",
      "Nothing was sent; the operator goes on with what it has.",
      "Nothing at the site.",
    ],
    [
      "desk.reserve-results-missing",
      "The market operator never told what it bought of the reserves offered for a block of hours.",
      "All that was offered counts as sold, and energy is bid around it.",
      "Nothing at the site.",
    ],
    [
      "desk.no-longer-fits",
      "Between decision and gate the site lost what the bid stood on.",
      "The bid was not sent.",
      "sitectl alarms: what did the site lose (units, charge, limits)?",
    ],
    [
      "desk.bid-refused",
      "The market operator refused a bid by a rule of its own.",
      "Nothing is offered in its place.",
      "Nothing at the site.",
    ],
    [
      "ingest.conflicting-record",
      "The site sent a record under a number that another record has.",
      "The first is kept, the second set aside.",
      "Was the site's store restored from a copy? Then start it with an empty one.",
    ],
  ),
  ...errors(
    ["desk.site-offline", "The site is not connected.", "It is left out of the bid.", "sitectl link at the site."],
    [
      "desk.site-silent",
      "The site is connected and has never said what it measures.",
      "It is left out of the bid.",
      "sitectl link: is anything waiting or in quarantine?",
    ],
    [
      "desk.site-stale",
      "The newest values of the site are too old to bid on.",
      "It is left out of the bid.",
      "sitectl link, and the delay on the site's line.",
    ],
    [
      "desk.site-clock",
      "The site's clock is ahead of the aggregator's.",
      "It is left out of the bid: which of the two is right is not known.",
      "sitectl time; which time server?",
    ],
    [
      "desk.site-unknown",
      "A value the bid needs is missing: charge, what the batteries may do, their power.",
      "It is left out of the bid.",
      "sitectl units shows which reading is bad, and why.",
    ],
    [
      "desk.gate-shut",
      "A person shut the site's gate at the desk.",
      "It is decided for like the others and not offered.",
      "Nothing at the site; whoever shut it opens it.",
    ],
    [
      "dispatch.stale-signal",
      "The market operator's regulation signal is too old.",
      "No lease is made of it; the site holds, then falls back.",
      "Nothing at the site.",
    ],
    [
      "settlement.counters-reset",
      "The meter's energy counters went backwards.",
      "The interval is settled from what is known and marked.",
      "Was the meter replaced or reset? Note it in the site's log.",
    ],
    [
      "settlement.counters-missing",
      "An interval has no meter reading at its end.",
      "It is settled later or by hand.",
      "sitectl events --code 'device.*' for the meter at that time.",
    ],
    [
      "broker.wrong-credentials",
      "The broker refused the site's name and password.",
      "The edge tries again, ever more slowly.",
      "cloud.username and the file cloud.passwordFile names; was the password changed at the aggregator?",
    ],
  ),
];
