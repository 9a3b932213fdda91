import type { NorthboundOpcUaConfig } from "./northbound-config.ts";

/**
 * What passes between the edge and the process of its OPC UA server: plain data, and the names of things, so that
 * neither side needs the other's libraries. Each hears only what stands here.
 */
export interface ServedNode {
  /** Below the server's Objects folder: `Site/Meter/AcActivePowerTotal`. */
  readonly path: string;
  readonly type: "Double" | "UInt32" | "Boolean" | "String" | "Doubles" | "Strings";
  readonly about: string;
  readonly unit?: ServedUnit;
  /** What the value can be at most, in its unit; OPC UA's EURange. */
  readonly range?: readonly [low: number, high: number];
  /** May be written by users of role `grid-operator`. */
  readonly isGranted?: boolean;
}

export type ServedUnit = "W" | "var" | "Wh" | "Hz" | "V" | "s" | "%" | "°C";
export type NodeValue = number | boolean | string | readonly number[] | readonly string[];

/** One node's value as the site has it; `timeMs` is when it was read from its source, UTC. */
export type NodeSample =
  | { readonly quality: "good" | "stale"; readonly value: NodeValue; readonly timeMs: number }
  | { readonly quality: "missing"; readonly timeMs: number };

export type ToServer =
  | {
      readonly type: "serve";
      readonly siteId: string;
      readonly config: NorthboundOpcUaConfig;
      readonly nodes: readonly ServedNode[];
    }
  /** One sample a node, in the order of `nodes`; `timeMs` is the loop's own stamp, that moves when the loop does. */
  | { readonly type: "picture"; readonly timeMs: number; readonly samples: readonly NodeSample[] }
  /** All alarms there are, whenever one of them has changed. */
  | { readonly type: "alarms"; readonly alarms: readonly ServedAlarm[] }
  /** To a write or an acknowledgement. */
  | { readonly type: "answered"; readonly id: number; readonly status: WriteStatus }
  | { readonly type: "stop" };

export type FromServer =
  | { readonly type: "ready" }
  | { readonly type: "listening" }
  | { readonly type: "not-listening"; readonly cause: string }
  | { readonly type: "write"; readonly id: number; readonly path: string; readonly value: unknown; readonly by: string }
  | {
      readonly type: "acknowledge";
      readonly id: number;
      readonly alarm: string;
      readonly by: string;
      readonly reason: string;
    }
  | { readonly type: "clients"; readonly clients: readonly ServedClient[] }
  /** `from` is an address, or a user's name; `fingerprint` is the certificate's SHA-1. */
  | {
      readonly type: "refused";
      readonly from: string;
      readonly cause: string;
      readonly fingerprint: string | undefined;
    };

/** One alarm as a condition; `source` is the path of what it is about. */
export interface ServedAlarm {
  readonly id: string;
  readonly source: string;
  readonly text: string;
  /** 1 to 1,000. */
  readonly severity: number;
  readonly isActive: boolean;
  readonly isAcked: boolean;
  readonly comment: string;
  /** When it came, or was over, UTC. */
  readonly timeMs: number;
}

/** OPC UA's own names. */
export type WriteStatus =
  | "Good"
  | "BadNotWritable"
  | "BadOutOfRange"
  | "BadInvalidState"
  | "BadNotConnected"
  | "BadUserAccessDenied"
  | "BadEventIdUnknown";

/** One session. */
export interface ServedClient {
  readonly address: string;
  readonly user: string;
  readonly sinceMs: number;
}
