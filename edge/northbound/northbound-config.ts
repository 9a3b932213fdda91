import type { Ms } from "@penstock/protocol/units";

/** What the site offers a utility's SCADA. Absent, as it is by default, no port is open. */
export interface NorthboundConfig {
  readonly modbus?: NorthboundModbusConfig | undefined;
  readonly opcUa?: NorthboundOpcUaConfig | undefined;
}

export interface NorthboundModbusConfig {
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
}

export interface NorthboundOpcUaConfig {
  readonly host: string;
  readonly port: number;
  /** The server's own key, and the certificates of the clients it trusts (`trusted/certs`). */
  readonly pkiFolder: string;
  readonly connectionsMax: number;
  /** Whether a trusted client may look without naming a user. */
  readonly allowAnonymous: boolean;
  readonly users: readonly NorthboundUser[];
  /** Which sides users of role `grid-operator` may limit; else every write is refused. */
  readonly grantLimits: readonly LimitedSide[];
  /** Whether they may command the power at the connection. */
  readonly grantSetpoint: boolean;
  /** Whether they may command its vars or its power factor. */
  readonly grantReactive: boolean;
  /** How long a set-point holds unless it is written again, where its client names no time of its own. */
  readonly setpointForMs: Ms;
  /** Whether they may acknowledge the site's alarms. */
  readonly grantAcknowledge: boolean;
  /** Also offers an endpoint without security. For a bench, never for a site. */
  readonly insecureLab: boolean;
}

/** Logs in with a password, with an X.509 certificate, or with either: by what stands here. */
export interface NorthboundUser {
  readonly name: string;
  readonly role: "viewer" | "grid-operator";
  /** Holds the password and nothing else; read at every log-in, so that a new one needs no restart. */
  readonly passwordFile?: string | undefined;
  /** The user's own certificate, PEM or DER, whose common name is `name`; read at every log-in. */
  readonly certificateFile?: string | undefined;
}

export type LimitedSide = "export" | "import";
