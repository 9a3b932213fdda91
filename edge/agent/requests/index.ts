import { alarmAck } from "./alarm-ack.ts";
import { alarmLog } from "./alarm-log.ts";
import { alarmShelve } from "./alarm-shelve.ts";
import { alarmTest } from "./alarm-test.ts";
import { alarms } from "./alarms.ts";
import { approvals } from "./approvals.ts";
import { approve } from "./approve.ts";
import { audit } from "./audit.ts";
import { certificateTrust } from "./certificate-trust.ts";
import { certificates } from "./certificates.ts";
import { configApply } from "./config-apply.ts";
import { configConfirm } from "./config-confirm.ts";
import { configHistory } from "./config-history.ts";
import { configPropose } from "./config-propose.ts";
import { configRollback } from "./config-rollback.ts";
import { configShow } from "./config-show.ts";
import { deviceMap } from "./device-map.ts";
import { deviceRegisters } from "./device-registers.ts";
import { devices } from "./devices.ts";
import { events } from "./events.ts";
import { lease } from "./lease.ts";
import { limitClear } from "./limit-clear.ts";
import { limitSet } from "./limit-set.ts";
import { link } from "./link.ts";
import { mode } from "./mode.ts";
import { northbound } from "./northbound.ts";
import { points } from "./points.ts";
import { recordings } from "./recordings.ts";
import { reject } from "./reject.ts";
import type { OperatorRequest } from "./request.ts";
import { resume } from "./resume.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { store } from "./store.ts";
import { time } from "./time.ts";
import { units } from "./units.ts";
import { why } from "./why.ts";
import { whyNot } from "./why-not.ts";
import { whyUnit } from "./why-unit.ts";
import { withholdWrites } from "./withhold-writes.ts";

/** The shelf: one line a request. */
export const operatorRequests: readonly OperatorRequest[] = [
  status,
  why,
  whyNot,
  whyUnit,
  lease,
  alarms,
  alarmShelve,
  alarmTest,
  alarmLog,
  alarmAck,
  events,
  audit,
  certificates,
  certificateTrust,
  deviceMap,
  deviceRegisters,
  devices,
  link,
  northbound,
  points,
  store,
  time,
  units,
  withholdWrites,
  stop,
  resume,
  approvals,
  approve,
  reject,
  limitSet,
  limitClear,
  mode,
  configShow,
  configHistory,
  configPropose,
  configApply,
  configConfirm,
  configRollback,
  recordings,
];
