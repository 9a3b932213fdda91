import { apparentPower } from "./apparent-power.ts";
import { batteryFeeder } from "./battery-feeder.ts";
import { bmsAllowance } from "./bms-allowance.ts";
import { breaker } from "./breaker.ts";
import { connectionApparentPower } from "./connection-apparent-power.ts";
import { dailyThroughput } from "./daily-throughput.ts";
import { feeder } from "./feeder.ts";
import { gridConnection } from "./grid-connection.ts";
import { gridOperator } from "./grid-operator.ts";
import { leaseLimit } from "./lease-limit.ts";
import { leaseReversals } from "./lease-reversals.ts";
import type { SiteLimit, UnitLimit } from "./limit.ts";
import { localOperator } from "./local-operator.ts";
import { restPeriod } from "./rest-period.ts";
import { seasonBand } from "./season-band.ts";
import { serviceReserve } from "./service-reserve.ts";
import { socWindow } from "./soc-window.ts";
import { transformerThermal } from "./transformer-thermal.ts";
import { unitRatings } from "./unit-ratings.ts";
import { unitThermal } from "./unit-thermal.ts";
import { voltWatt } from "./volt-watt.ts";

/** What each unit can do. Settled first: no authority can ask for more than there is. */
export const unitLimits: readonly UnitLimit[] = [
  unitRatings,
  bmsAllowance,
  apparentPower,
  unitThermal,
  socWindow,
  seasonBand,
  feeder,
];

/** What their sum may do, in order of authority: where two contradict each other the stronger rank holds. */
export const siteLimits: readonly SiteLimit[] = [
  breaker,
  gridConnection,
  connectionApparentPower,
  batteryFeeder,
  transformerThermal,
  voltWatt,
  gridOperator,
  dailyThroughput,
  restPeriod,
  serviceReserve,
  localOperator,
  leaseLimit,
  leaseReversals,
];
