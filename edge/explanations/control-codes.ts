import { alarms, errors, events, limits } from "./explanation.ts";

export const controlCodes = [
  ...alarms(
    "critical",
    [
      "loop.silent",
      "The control loop has not reported.",
      "The units go to their safe values by their own timers.",
      "systemctl status penstock-edge, its log, then restart the edge; sitectl bundle before, if there is time.",
    ],
    [
      "loop.controller-error",
      "The control core failed.",
      "Every unit was commanded to its safe value and the process ends; its supervisor starts it again.",
      "Make a bundle (sitectl bundle) and report it: this is a fault of ours.",
    ],
    [
      "guard-stepped-in",
      "The last check before the wire changed a command of the core.",
      "The command was made smaller or zero; never larger.",
      "Make a bundle and report it: the core was wrong.",
    ],
  ),
  ...alarms(
    "high",
    [
      "meter-missing",
      "The power at the point of connection is not known.",
      "The batteries keep to withoutMeterMW and to the profile onMeterLoss.",
      "sitectl devices ls for the meter, then as under device.lost.",
    ],
    [
      "plant-missing",
      "The plant controller has not been read.",
      "The breaker counts as open, the transformer as hot, and the grid operator's last word holds.",
      "sitectl devices ls; its certificate may not be trusted yet (pkiFolder/trusted/certs).",
    ],
    [
      "service-power-short",
      "The site cannot give the power its services promise.",
      "It gives what it can; the shortage is reported, so that no more is sold.",
      "sitectl why names the limit in the way; tell the desk.",
    ],
    [
      "service-energy-short",
      "The site has not the energy its services promise.",
      "It gives what it has; the shortage is reported, so that no more is sold.",
      "sitectl units for the charge; tell the desk.",
    ],
    [
      "limit-conflict",
      "Two limits leave nothing between them.",
      "The stronger holds, at its point nearest the weaker.",
      "sitectl why names both; one of them is set wrong, or the site has to be relieved (rest of site, breaker).",
    ],
  ),
  ...alarms(
    "medium",
    [
      "reading-doubted",
      "A reading was there and was not believed: frozen, jumping, or against what others say.",
      "It counts as stale or missing; its limits tighten.",
      "sitectl why names the reading and the cause; then the device, its map or its wiring.",
    ],
    [
      "meter-stale",
      "The meter's last reading is older than it may be.",
      "Limits at the connection keep a wider margin; at three times the age the reading is missing.",
      "sitectl devices watch meter-1; network, meter load.",
    ],
    [
      "plant-stale",
      "The plant controller's last reading is older than it may be.",
      "Its limits hold at their last value.",
      "sitectl devices watch plant-1; network, OPC UA server.",
    ],
  ),
  ...events(
    [
      "loop.overrun",
      "The loop was held up and left out cycles.",
      "It goes on at the next tick of its grid; nothing is caught up.",
      "sitectl time; what else runs on the box? A disk that blocks, a CPU that is full.",
    ],
    [
      "loop.stage-overrun",
      "One stage of the cycle took more of the period than it may.",
      "Counted; the cycle is finished.",
      "read: a slow device or network (sitectl devices ls). Else the box is too slow for its period.",
    ],
  ),
  ...limits(
    [
      "unit-ratings",
      "The nameplate of a unit, as the site's file has it.",
      "No unit is asked for more.",
      "Only another unit changes it.",
    ],
    [
      "bms-allowance",
      "What a unit's battery management allows at this moment.",
      "The unit is asked for no more; the others take the rest.",
      "sitectl units; cold, hot, full or empty cells, or a fault of the unit.",
    ],
    [
      "apparent-power",
      "The circle of a unit's apparent power: reactive power leaves less active power.",
      "Whichever of the two has priority is served first.",
      "reactive priority in the site's file, or a smaller wish for reactive power.",
    ],
    [
      "unit-thermal",
      "A unit is hot.",
      "Its power falls linearly to zero at maxC.",
      "Its cooling: filters, pumps, outside temperature.",
    ],
    [
      "soc-window",
      "The charge of a unit is near an end of its window.",
      "Power towards that end falls linearly to zero.",
      "Nothing: energy has to come back first. sitectl units shows the charge.",
    ],
    [
      "season-band",
      "The owner's band of charge for this month.",
      "As soc-window, within the band.",
      "seasonBands in the site's file.",
    ],
    [
      "breaker",
      "The main breaker is open, or its state is not known.",
      "The batteries rest.",
      "sitectl devices watch plant-1; who opened it, and may it be closed?",
    ],
    [
      "grid-connection",
      "What the grid connection allows, less what the rest of the site uses of it.",
      "The batteries are held so that the meter stays inside.",
      "connection in the site's file; only the contract with the grid changes it.",
    ],
    [
      "battery-feeder",
      "The cable between the batteries and the site.",
      "The batteries' sum is held inside.",
      "feeder in the site's file.",
    ],
    [
      "transformer-thermal",
      "The transformer is warm.",
      "Power falls linearly to zero at its maximum.",
      "Its cooling and load; the limit lifts by itself as it cools.",
    ],
    [
      "grid-operator",
      "The grid operator limits the site.",
      "The limit is latched, over restarts too, until the operator lifts it.",
      "Only the grid operator clears it: call the control room.",
    ],
    [
      "daily-throughput",
      "The energy the owner allows a day is used up.",
      "The batteries rest until the next day of the site.",
      "throughput in the site's file.",
    ],
    ["rest-period", "The owner asks for rest.", "The batteries rest.", "rest in the site's file."],
    [
      "local-operator",
      "Somebody at the site set a limit.",
      "It holds over restarts; the cloud cannot clear it.",
      "sitectl status says who and why; sitectl limit clear.",
    ],
    [
      "lease-limit",
      "The lease that is followed has a limit of its own.",
      "The batteries are held inside while the lease lasts.",
      "sitectl lease; the desk can send another.",
    ],
    [
      "lease-reversals",
      "The leases change direction more often than the site allows.",
      "The batteries hold still until the time is over.",
      "Ask the desk; a hostile or confused issuer is bounded by this.",
    ],
    [
      "service-reserve",
      "Power and energy are kept for contracted services.",
      "The batteries are held so that the service can be delivered for its time.",
      "sitectl why names the service; the contract decides.",
    ],
  ),
  ...errors([
    "loop.not-decided",
    "The control loop has not decided anything yet.",
    "Nothing was answered.",
    "Ask again in a few seconds; sitectl devices ls shows whom it waits for.",
  ]),
];
