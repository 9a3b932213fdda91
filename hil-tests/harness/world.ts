import type { DeliveriesDocument } from "@penstock/cloud/dispatch/deliveries-document.ts";
import type { StatusReport, WhyReport } from "@penstock/edge/agent/site-report.ts";
import type { Fault } from "@penstock/firmware-sims/faults/index.ts";
import type { PowerSample } from "@penstock/firmware-sims/sites/power-log.ts";
import type { SiteTruth } from "@penstock/firmware-sims/sites/site-truth.ts";
import type { Lease, SigningKey } from "@penstock/protocol/lease";
import type { Violation } from "../checkers/checker.ts";
import type { SiteName } from "./scene.ts";

/**
 * A running Penstock as a story sees it: plants to disturb and to look at, edges and a cloud to kill and to
 * start, and time that passes. One implementation is real processes and sockets on real time, the other one
 * process on a virtual clock; a story does not know which.
 */
export interface World {
  readonly kind: "virtual" | "sockets";
  /** Milliseconds of this world's life. */
  nowMs(): number;
  /** Wall-clock time as the machines of this world see it. */
  wallMs(): number;
  pass(durationMs: number): Promise<void>;
  site(name: SiteName): SiteHandle;
  readonly cloud: CloudHandle;
  close(): Promise<void>;
}

export interface SiteHandle {
  readonly name: SiteName;
  /** What is really so on the plant. A copy. */
  truth(): Promise<SiteTruth>;
  /** What `sitectl why --json` says; undefined while no edge answers. */
  why(): Promise<WhyReport | undefined>;
  status(): Promise<StatusReport | undefined>;
  audit(): Promise<readonly AuditLine[]>;
  violations(): Promise<readonly Omit<Violation, "site">[]>;
  limitByGridOperator(powerWMin: number, powerWMax: number): Promise<void>;
  liftGridOperatorLimit(): Promise<void>;
  /** The grid operator commands the power at the point of connection; undefined: nothing any more. */
  commandByGridOperator(powerW: number | undefined): Promise<void>;
  fault(device: string, fault: Fault): Promise<void>;
  clearFaults(device: string): Promise<void>;
  /** The grid's frequency goes to a value, at once or along a straight line; undefined lets it wander again. */
  moveFrequency(hz: number | undefined, overMs?: number): Promise<void>;
  playFrequency(samplesHz: readonly number[], intervalMs: number): Promise<void>;
  /** The grid operator renews its regulation set-point, once. */
  regulate(powerW: number): Promise<void>;
  /** Keeps what the plant does step by step from now on. */
  logPower(): Promise<void>;
  powerLog(): Promise<readonly PowerSample[]>;
  /** kill -9. */
  killEdge(): Promise<void>;
  startEdge(): Promise<void>;
  /** SIGSTOP and SIGCONT: the edge's process stands still, the world goes on. */
  stopEdge(): Promise<void>;
  continueEdge(): Promise<void>;
  /** What the site's own store has given out and got acknowledged; asked of the store itself. */
  stored(): Promise<StoredStreams>;
}

export interface AuditLine {
  readonly who: string;
  readonly what: string;
  readonly outcome: string;
}

export interface StoredStreams {
  readonly epoch: string;
  readonly streams: Readonly<Record<string, { readonly lastSequence: number; readonly acknowledged: number }>>;
}

export interface CloudHandle {
  kill(): Promise<void>;
  start(): Promise<void>;
  /** A key every site of this world trusts, and its issuer name: for leases a story writes itself. */
  readonly storyteller: {
    readonly key: SigningKey;
    readonly issuer: string;
    readonly audienceOf: (site: SiteName) => string;
  };
  /** Sends envelope bytes to a site by the host's own command; nothing about them is checked on the way. */
  deliver(site: SiteName, envelope: Uint8Array): Promise<void>;
  /** The cloud's account of a site's records. */
  ledger(site: SiteName): Promise<readonly LedgerLine[]>;
  /** What became of its newest leases, newest first, as `fleetctl deliveries --json` says it. */
  deliveries(): Promise<DeliveriesDocument>;
}

export interface LedgerLine {
  readonly epoch: string;
  readonly stream: string;
  readonly completeUpTo: number;
  readonly highest: number;
  readonly received: number;
  readonly redelivered: number;
}

export type LeaseWish = Partial<Lease> & Pick<Lease, "powerW">;
