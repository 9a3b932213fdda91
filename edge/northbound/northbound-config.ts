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
  };
}
