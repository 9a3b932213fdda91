import { alarms } from "./alarms.ts";
import { audit } from "./audit.ts";
import { events } from "./events.ts";
import { lease } from "./lease.ts";
import { limitClear } from "./limit-clear.ts";
import { limitSet } from "./limit-set.ts";
import { mode } from "./mode.ts";
import type { OperatorRequest } from "./request.ts";
import { resume } from "./resume.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { why } from "./why.ts";

/** The shelf: one line a request. */
export const operatorRequests: readonly OperatorRequest[] = [
  status,
  why,
  lease,
  alarms,
  events,
  audit,
  stop,
  resume,
  limitSet,
  limitClear,
  mode,
];
