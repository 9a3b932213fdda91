import type { Clock } from "@penstock/protocol/time";
import { Ms, UtcMs, W } from "@penstock/protocol/units";
import type { Latches } from "../control/step-types.ts";
import { type ModbusServer, serveModbus } from "./modbus-server.ts";
import type { NorthboundAgent, NorthboundServer } from "./northbound.ts";
import type { NorthboundModbusConfig } from "./northbound-config.ts";
import { siteAsDevice } from "./site-as-device.ts";
import type { ShownSetpoint } from "./site-registers.ts";

/** The site as one SunSpec device on a Modbus port. When the port cannot be had the site runs on without it, and says so. */
export function siteModbusServer(
  modbus: NorthboundModbusConfig,
  agent: NorthboundAgent,
  clock: Clock,
): NorthboundServer {
  const device = siteAsDevice({
    view: () => {
      const { siteId, nowMs, monotonicMs, site, latches } = agent.view();
      const setpoint = shown(latches, monotonicMs);
      return { siteId, nowMs: UtcMs(nowMs), site, limitW: latches.gridOperatorLimitW, setpoint };
    },
    limit: modbus.grantLimit
      ? (exportWMax, from) => agent.limitByGridOperator(exportOnly(exportWMax), from)
      : undefined,
    command: modbus.grantSetpoint ? (setpoint, from) => agent.commandByGridOperator(setpoint, from) : undefined,
    setpointForMs: modbus.setpointForMs,
  });
  let server: ModbusServer | undefined;
  let state = "starting";
  const starting = serveModbus(device, { ...modbus, unitId: modbus.modbusUnitId, nowMs: () => clock.nowMs() })
    .then((opened) => {
      server = opened;
      state = "listening";
    })
    .catch((error) => {
      state = "not listening";
      agent.note({
        code: "northbound.not-listening",
        level: "alarm",
        text: `the site's Modbus server cannot listen on port ${modbus.port}; SCADA does not see the site`,
        facts: { cause: error instanceof Error ? error.message : String(error) },
      });
    });
  return {
    update() {}, // It is asked, and looks when it is.
    report: () => ({
      protocol: "Modbus",
      address: `${modbus.host}:${modbus.port}`,
      state,
      clients: server?.clients() ?? [],
    }),
    async close() {
      await starting;
      await server?.close();
    },
  };
}

const exportOnly = (exportWMax: W | undefined) =>
  exportWMax === undefined ? undefined : { powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax: exportWMax };

function shown({ gridOperatorSetpoint: setpoint }: Latches, monotonicMs: number): ShownSetpoint | undefined {
  if (setpoint === undefined || monotonicMs >= setpoint.expiresMonotonicMs) return undefined;
  return { powerW: setpoint.powerW, remainingMs: Ms(setpoint.expiresMonotonicMs - monotonicMs) };
}
