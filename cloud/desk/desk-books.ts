import { type CodedError, describeError } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UnitEntry } from "../config/cloud-config.ts";
import { BidBook } from "./bid-book.ts";
import { type BidRecord, instantText } from "./bid-record.ts";
import { CapabilityBook } from "./capability-book.ts";
import type { DeskAlarm, DeskPorts } from "./desk-ports.ts";
import { GateBook } from "./gate-book.ts";
import { KillSwitch } from "./kill-switch.ts";
import { gateClosureOf } from "./product-door.ts";
import { Commitments } from "./reserves/commitments.ts";
import { RecentReservePrices } from "./reserves/recent-reserve-prices.ts";

export type GateDecision = "opened" | "held" | "withheld" | "approved" | "rejected";

/** What the parts of a desk share: its books, and how it writes down and tells what it does. */
export class DeskBooks {
  readonly ports: DeskPorts;
  readonly bids: BidBook;
  readonly gates: GateBook;
  readonly kill: KillSwitch;
  readonly capabilities: CapabilityBook;
  readonly commitments: Commitments;
  readonly reservePrices = new RecentReservePrices();

  constructor(ports: DeskPorts) {
    this.ports = ports;
    this.bids = new BidBook(ports.journal, () => ports.clock.nowMs());
    this.gates = new GateBook(ports, ports.config.units);
    this.kill = new KillSwitch(ports);
    this.capabilities = new CapabilityBook(ports);
    this.commitments = new Commitments(ports);
  }

  unit(unitId: string): UnitEntry | undefined {
    return this.ports.config.units.find(({ unit }) => unit.id === unitId);
  }

  /** Whether a bid of a product for the interval, or the block, would still be in time. */
  isOpen(interval: Interval, product: string): boolean {
    return this.ports.marketClock.nowMs() <= gateClosureOf(this.ports.market, interval, product);
  }

  tell(record: BidRecord, isNew = false): void {
    this.ports.onEvent({ type: "bid", record, isNew });
  }

  alarm(error: CodedError, interval: Interval, unitId?: string): void {
    const { clock, journal, onEvent } = this.ports;
    const unit = unitId === undefined ? {} : { unitId };
    const about = { intervalStartMs: interval.startMs, ...unit };
    const alarm: DeskAlarm = { code: error.code, text: describeError(error), ...about };
    const id = `alarm.${unitId ?? "market"}.${instantText(interval.startMs)}.${error.code}`;
    journal.append({ kind: "desk-alarm", id, knownAtMs: clock.nowMs(), ...about, body: alarm });
    onEvent({ type: "alarm", alarm });
  }

  logGate(record: BidRecord, decision: GateDecision, by: string, why?: string): void {
    const { clock, journal } = this.ports;
    const { bidId, gate, bid } = record;
    const about = { knownAtMs: clock.nowMs(), intervalStartMs: bid.interval.startMs, unitId: bid.unitId };
    const body = { bidId, gate, decision, by, ...(why !== undefined && { why }) };
    journal.append({ kind: "gate-decision", id: `gate.${bidId}.${decision}.${by}`, ...about, body });
  }
}
