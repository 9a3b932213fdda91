import { Ms, UtcMs, type W } from "@penstock/protocol/units";
import type { AgentView } from "../agent/site-report.ts";
import type { Latches } from "../control/step-types.ts";
import type { EdgeEvent } from "../loop/loop-types.ts";
import { type ModbusServer, serveModbus } from "./modbus-server.ts";
import type { NorthboundConfig } from "./northbound-config.ts";
import type { CommandPower } from "./setpoint-points.ts";
import { siteAsDevice } from "./site-as-device.ts";
import type { ShownSetpoint } from "./site-registers.ts";

/** What northbound needs of the agent: to look, to tell, and where it is granted to limit. */
export interface NorthboundAgent {
  view(): AgentView;
  note(event: Omit<EdgeEvent, "timeMs">): void;
  limitByGridOperator(exportWMax: W | undefined, from: string): void;
  commandByGridOperator: CommandPower;
}

export interface Northbound {
  close(): Promise<void>;
}

/** Opens the site's own Modbus server. When its port cannot be had the site runs on without it, and says so. */
export function startNorthbound({ modbus }: NorthboundConfig, agent: NorthboundAgent): Northbound {
  const device = siteAsDevice({
    view: () => {
      const { siteId, nowMs, monotonicMs, site, latches } = agent.view();
      return {
        siteId,
        nowMs: UtcMs(nowMs),
        site,
        limitW: latches.gridOperatorLimitW,
        setpoint: shown(latches, monotonicMs),
      };
    },
    limit: modbus.grantLimit ? (exportWMax, from) => agent.limitByGridOperator(exportWMax, from) : undefined,
    command: modbus.grantSetpoint ? (setpoint, from) => agent.commandByGridOperator(setpoint, from) : undefined,
    setpointForMs: modbus.setpointForMs,
  });
  const starting: Promise<ModbusServer | undefined> = serveModbus(device, {
    ...modbus,
    unitId: modbus.modbusUnitId,
  }).catch((error) => {
    agent.note({
      code: "northbound.not-listening",
      level: "alarm",
      text: `the site's Modbus server cannot listen on port ${modbus.port}; SCADA does not see the site`,
      facts: { cause: error instanceof Error ? error.message : String(error) },
    });
    return undefined;
  });
  return { close: async () => (await starting)?.close() };
}

function shown({ gridOperatorSetpoint: setpoint }: Latches, monotonicMs: number): ShownSetpoint | undefined {
  if (setpoint === undefined || monotonicMs >= setpoint.expiresMonotonicMs) return undefined;
  return { powerW: setpoint.powerW, remainingMs: Ms(setpoint.expiresMonotonicMs - monotonicMs) };
}
