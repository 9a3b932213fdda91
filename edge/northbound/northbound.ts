import type { Result } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import type { Ms } from "@penstock/protocol/units";
import type { AgentView } from "../agent/site-report.ts";
import type { SiteConfig } from "../config/site-config.ts";
import type { PowerInterval } from "../control/image.ts";
import type { ReactiveCommand } from "../control/step-types.ts";
import type { EdgeEvent } from "../loop/loop-types.ts";
import { OpcUaServer } from "./opc-ua-server.ts";
import type { ServedClient } from "./server-link.ts";
import type { CommandPower } from "./setpoint-points.ts";
import { siteModbusServer } from "./site-modbus-server.ts";

/** What northbound needs of the agent: to look, to tell, and where it is granted to limit. */
export interface NorthboundAgent {
  view(): AgentView;
  note(event: Omit<EdgeEvent, "timeMs">): void;
  /** Somebody was turned away, or wrote what may not be written: for the audit log. */
  noteRefusal(from: string, what: string, facts: Readonly<Record<string, unknown>>): void;
  /** `done` comes when the limit is in force and on disk, or cannot be lifted. */
  limitByGridOperator(limitW: PowerInterval | undefined, from: string, done?: (result: Result<void>) => void): void;
  commandByGridOperator: CommandPower;
  /** Vars at the connection for a time; `undefined` ends it. */
  commandReactiveByGridOperator(command: ReactiveCommand | undefined, forMs: Ms, from: string): void;
  /** Somebody has seen this one alarm. Errors: `operator.no-alarm`. */
  acknowledgeAlarm(id: string, by: string, reason: string): Result<readonly string[]>;
}

/** One server for SCADA. */
export interface NorthboundServer {
  /** The loop has spoken. */
  update(): void;
  report(): ServerReport;
  close(): Promise<void>;
}

/** For `sitectl connections`. */
export interface ServerReport {
  readonly protocol: string;
  readonly address: string;
  readonly state: string;
  readonly clients: readonly ServedClient[];
}

export interface Northbound {
  update(): void;
  report(): readonly ServerReport[];
  close(): Promise<void>;
}

/** Opens the servers that the site's file asks for. One that cannot listen is missed by SCADA and by nobody else. */
export function startNorthbound(site: SiteConfig, agent: NorthboundAgent, clock: Clock): Northbound {
  const { modbus, opcUa } = site.northbound ?? {};
  const servers: readonly NorthboundServer[] = [
    ...(modbus === undefined ? [] : [siteModbusServer(modbus, agent, clock)]),
    ...(opcUa === undefined ? [] : [new OpcUaServer({ clock, site, opcUa, agent })]),
  ];
  return {
    update() {
      for (const server of servers) server.update();
    },
    report: () => servers.map((server) => server.report()),
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
