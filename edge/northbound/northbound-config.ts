import type { Ms } from "@penstock/protocol/units";

/** What the site offers a utility's SCADA. Absent, as it is by default, no port is open. */
export interface NorthboundConfig {
  readonly modbus: {
    readonly host: string;
    readonly port: number;
    readonly modbusUnitId: number;
    readonly allowFrom: readonly string[];
    readonly connectionsMax: number;
    /** Whether a client may limit the site's export by 704; else every write is refused. */
    readonly grantLimit: boolean;
    /** Whether a client may command the power at the connection by 704 WSet. */
    readonly grantSetpoint: boolean;
    /** How long a set-point holds unless it is written again, where its client names no time of its own. */
    readonly setpointForMs: Ms;
  };
}
