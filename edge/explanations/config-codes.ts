import { alarms, errors, events } from "./explanation.ts";

export const configCodes = [
  ...alarms("low", [
    "config.pending",
    "A new configuration runs and waits to be confirmed.",
    "Without a confirmation the one before it comes back by itself.",
    "Look at the site, then sitectl config confirm; or sitectl config rollback.",
  ]),
  ...alarms("high", [
    "config.lost",
    "The stored configuration makes no sense.",
    "The site runs on its file.",
    "sitectl config diff against what should run; sitectl bundle, then look at the disk.",
  ]),
  ...events(
    [
      "config.applied",
      "A new configuration runs.",
      "It is kept in the history with who and why.",
      "sitectl config confirm within its time.",
    ],
    ["config.confirmed", "The new configuration stays.", "The one before it is in the history.", "Nothing to do."],
    [
      "config.store-late",
      "The store answered only after the site had begun on its file.",
      "What the store says runs from then on, and configurations can be applied again.",
      "A disk that is slow at every start: sitectl store, sitectl doctor.",
    ],
    [
      "config.reverted",
      "The configuration before came back.",
      "Nobody had confirmed the new one in time, or somebody rolled it back.",
      "sitectl config history; apply it again if it was meant.",
    ],
    [
      "config.capability-changed",
      "A setting that the grid relies on has changed.",
      "The capability hash is another one; products are withdrawn until they are attested again.",
      "The desk attests anew, or sitectl config rollback.",
    ],
  ),
  ...errors(
    [
      "config.unreadable",
      "The site's file cannot be read.",
      "The edge does not start, or keeps what it has.",
      "Path and permissions: the message names both.",
    ],
    [
      "config.invalid",
      "The site's file says something that makes no sense.",
      "The edge does not start, or keeps the configuration it has.",
      "The message names line, field and what would be right: sitectl config check FILE.",
    ],
    [
      "config.fixed-field",
      "This field cannot change while the site runs.",
      "Nothing was changed.",
      "Change it in the file and start the edge again.",
    ],
    ["config.same", "The site runs on this already.", "Nothing was changed.", "Nothing to do."],
    [
      "config.nothing-pending",
      "Nothing waits to be confirmed.",
      "Nothing was changed.",
      "sitectl config history shows what runs.",
    ],
    [
      "config.still-pending",
      "Another change waits to be confirmed.",
      "Nothing was changed.",
      "sitectl config confirm, or sitectl config rollback.",
    ],
    ["config.no-revision", "There is no such revision.", "Nothing was changed.", "sitectl config history lists them."],
    [
      "config.no-store",
      "Without its store the site keeps no configuration but its file.",
      "Nothing was changed.",
      "sitectl store.",
    ],
    [
      "config.not-kept",
      "This site has only the configuration it was made with.",
      "Nothing was changed.",
      "Change the file and start the edge again.",
    ],
  ),
];
