import type { MqttLink } from "@penstock/protocol/link";
import type { CodedError, Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import type { Clock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import { AlarmDesk } from "../alarms/alarm-desk.ts";
import { alarmFact } from "../alarms/alarm-fact.ts";
import { siteConditions } from "../alarms/site-conditions.ts";
import type { ConfigDesk } from "../config/config-desk.ts";
import type { SiteConfig } from "../config/site-config.ts";
import { ledgerFromFact } from "../control/energy-ledger.ts";
import type { PowerInterval } from "../control/image.ts";
import type { Latches } from "../control/step-types.ts";
import type { EdgeEvent, LoopInput, LoopOutput, SiteStatus } from "../loop/loop-types.ts";
import type { ServerReport } from "../northbound/northbound.ts";
import type { FrequencyEvidence } from "../recorder/frequency-evidence.ts";
import type { EdgeStore, StoreImage } from "../store/edge-store.ts";
import type { OutboxLimits } from "../sync/outbox.ts";
import { Sync } from "../sync/sync.ts";
import { AuditLog } from "./audit-log.ts";
import { eventRecord, noticeEvent } from "./event-record.ts";
import { type CommandedPower, GridOperatorDesk } from "./grid-operator-desk.ts";
import { Journal } from "./journal.ts";
import { latchesFromFact, latchesToFact, noLatches } from "./latches-fact.ts";
import { LeaseDesk, leaseFact } from "./lease-desk.ts";
import { LoopQuestions } from "./loop-questions.ts";
import { OperatorDesk } from "./operator-desk.ts";
import type { UnixUser } from "./requests/caller.ts";
import type { Role } from "./requests/request.ts";
import { SecondPerson } from "./second-person.ts";
import type { AgentView } from "./site-report.ts";

export interface LoopPort {
  post(input: LoopInput): void;
}

export interface EdgeAgentOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly config: SiteConfig;
  readonly store: EdgeStore;
  /** Needed when the configuration names a cloud; a site without one runs by itself. */
  readonly link?: MqttLink;
  readonly loop: LoopPort;
  /** Every event, as it happens, for a log. */
  readonly onEvent?: (event: EdgeEvent) => void;
  readonly outboxLimits?: OutboxLimits;
  /** Where the site's configuration is kept; on the virtual clock it has only the one it was made with. */
  readonly configDesk?: ConfigDesk;
  /** The servers for SCADA and who is connected to them; on the virtual clock there are none. */
  readonly northbound?: () => readonly ServerReport[];
}

/** Where the store keeps what the owner's terms count. */
const ledgerFact = "energy-ledger";
/** A disk that has not answered by now is not waited for: control is worth more than memory. */
const loadPatienceMs = seconds(3);
const loadRetryMs = seconds(10);
/** Events kept in memory for `sitectl events`; the stream has them all until the host does. */
const recentEventsMax = 1_000;

/**
 * What stands around the fast loop: it remembers, reports, and takes leases. No thread, socket or file of
 * its own, so that the very same agent runs on the virtual clock.
 *
 * Nothing here can stop the loop. A latch or a lease is on disk before it counts, except that a stop acts at
 * once; without a store the site controls, keeps its limits and refuses leases.
 */
export class EdgeAgent {
  readonly #options: EdgeAgentOptions;
  readonly #journal: Journal;
  readonly #audit: AuditLog;
  readonly #leases: LeaseDesk | undefined;
  readonly #operator: OperatorDesk;
  readonly #questions: LoopQuestions;
  readonly #alarms: AlarmDesk;
  readonly #gridOperator: GridOperatorDesk;
  readonly #secondPerson: SecondPerson;
  readonly #events: EdgeEvent[] = [];
  #sync: Sync | undefined;
  #site: SiteStatus | undefined;
  #latches: Latches = noLatches;
  #isLoaded = false;
  #isStoring = false;
  #isStopped = false;

  constructor(options: EdgeAgentOptions) {
    this.#options = options;
    const { clock, rng, config, loop, store } = options;
    store.onNotice = (notice) => this.#tell(noticeEvent(notice));
    this.#audit = new AuditLog(clock, store);
    this.#journal = new Journal({
      clock,
      store,
      onStored: (records) => this.#sync?.stored(records),
      onTrouble: (error) => this.#storeFailed(error),
      onRecovered: (dropped) => this.#storeRecovered(dropped),
    });
    this.#leases =
      config.cloud === undefined
        ? undefined
        : new LeaseDesk({
            clock,
            cloud: config.cloud,
            store,
            loop,
            audit: this.#audit,
            append: (records) => this.#journal.append(records),
            tell: (event) => this.#tell(event),
          });
    this.#alarms = new AlarmDesk({ clock, store, audit: this.#audit, tell: (event) => this.#tell(event) });
    this.#questions = new LoopQuestions(clock, loop);
    this.#gridOperator = new GridOperatorDesk({
      clock,
      audit: this.#audit,
      tell: (event) => this.#tell(event),
      latches: () => this.#latches,
      latch: (change, urgent, done) => this.#latch(change, urgent, done),
      set: (latches) => this.#setLatches(latches),
    });
    this.#secondPerson = new SecondPerson({
      clock,
      rng: rng.fork("second-person"),
      audit: this.#audit,
      tell: (event) => this.#tell(event),
    });
    this.#operator = new OperatorDesk({
      secondPerson: this.#secondPerson,
      configDesk: options.configDesk,
      northbound: () => options.northbound?.() ?? [],
      alarms: this.#alarms,
      askLoop: (question, done) => this.#questions.ask(question, done),
      clock,
      config,
      store,
      audit: this.#audit,
      view: () => this.view(),
      events: () => this.#events,
      latch: (change, urgent, done) => this.#latch(change, urgent, done),
      tell: (event) => this.#tell(event),
    });
  }

  /**
   * Brings back what the last process knew and tells the loop. `done` comes when the loop may start: after
   * the store has answered, or failed, or kept silent for too long.
   */
  start(done: () => void): void {
    let isDone = false;
    const once = () => {
      if (!isDone) done();
      isDone = true;
    };
    this.#options.clock.after(loadPatienceMs, () => {
      if (!isDone) this.#storeFailed({ code: "store.silent", afterMs: loadPatienceMs });
      once();
    });
    this.#load(once);
  }

  onLoopOutput(output: LoopOutput): void {
    switch (output.type) {
      case "records":
        this.#journal.append(output.records);
        return;
      case "event":
        this.#keepEvent(output.event);
        return;
      case "status":
        this.#site = output.status;
        this.#leases?.watchClock();
        this.#alarms.update(siteConditions(this.#view()));
        return;
      case "answer":
        this.#questions.answered(output.answer);
        return;
      case "lease-progress":
        this.#leases?.progress(output.progress);
        return;
      case "ledger":
        this.#options.store.put(ledgerFact, output.ledger, () => {});
        return;
      case "grid-operator-limit":
        // The loop obeys it already; the disk only has to remember.
        this.#latch(
          (latches) => ({ ...latches, gridOperatorLimitW: output.limitW }),
          true,
          () => {},
        );
        return;
      case "evidence":
        this.#tellEvidence(output.evidence);
        return;
      case "recording":
        return; // The recorder's own.
      case "slept":
        return; // The shell's: this agent, too, is about to make way for another.
    }
  }

  /** One request of `sitectl` from somebody in this role, and from this Unix user where that is proven; answers once. */
  operate(request: unknown, role: Role, answer: (response: unknown) => void, user?: UnixUser): void {
    this.#alarms.update(siteConditions(this.#view()));
    this.#operator.handle(request, role, answer, user);
  }

  /**
   * The grid operator's word, from a client that the configuration lets speak for it. `undefined` lifts. `done` when it is
   * in force and on disk.
   */
  limitByGridOperator(limitW: PowerInterval | undefined, from: string, done?: (result: Result<void>) => void): void {
    this.#gridOperator.limit(limitW, from, done);
  }

  /** The same of a command; `undefined` ends it. */
  commandByGridOperator(setpoint: CommandedPower | undefined, from: string): void {
    this.#gridOperator.command(setpoint, from);
  }

  /** Something happened around the agent that belongs in its journal. */
  note(event: Omit<EdgeEvent, "timeMs">): void {
    this.#tell(event);
  }

  /** A client of the site's servers was refused: `what` it wanted goes into the audit log. */
  noteRefusal(from: string, what: string, facts: Readonly<Record<string, unknown>>): void {
    this.#audit.wire(`scada ${from}`, what, "refused", facts);
  }

  view(): AgentView {
    return { ...this.#view(), alarms: this.#alarms.alarms, isAlarmFlood: this.#alarms.isFlood };
  }

  #view(): Omit<AgentView, "alarms" | "isAlarmFlood"> {
    const { clock, config } = this.#options;
    return {
      siteId: config.siteId,
      monotonicMs: clock.monotonicMs(),
      nowMs: clock.nowMs(),
      site: this.#site,
      latches: this.#latches,
      grants: this.#leases?.grants() ?? [],
      sync: this.#sync?.status(),
      config: this.#options.configDesk?.status(),
      isStoring: this.#isStoring,
      heldRecords: this.#journal.held,
      isClockTrusted: this.#leases?.isClockTrusted,
      approvalsWaiting: this.#secondPerson.list().length,
    };
  }

  /** Says goodbye to the host. The loop and the store are the shell's to stop, in that order, after this. */
  stop(): void {
    this.#isStopped = true;
    this.#sync?.stop();
    this.#gridOperator.stop();
    this.#secondPerson.stop();
  }

  #load(done: () => void): void {
    const { clock, store } = this.#options;
    store.load((result) => {
      if (this.#isStopped) return;
      if (result.ok) {
        this.#restore(result.value);
      } else {
        this.#storeFailed(result.error);
        clock.after(loadRetryMs, () => this.#load(() => {}));
      }
      done();
    });
  }

  #restore(image: StoreImage): void {
    this.#isLoaded = true;
    this.#isStoring = true;
    this.#restoreLatches(image.facts["latches"]);
    this.#restoreLedger(image.facts[ledgerFact]);
    this.#alarms.restore(image.facts[alarmFact]);
    this.#leases?.restore(image.facts[leaseFact]);
    const { config, link } = this.#options;
    if (config.cloud === undefined || link === undefined) return;
    const { clock, rng, store, outboxLimits } = this.#options;
    this.#sync = new Sync(
      {
        clock,
        rng,
        cloud: config.cloud,
        unitIds: config.units.map(({ id }) => id),
        store,
        link,
        onLease: (envelope) => this.#leases?.offer(envelope),
        onNotice: (notice) => this.#tell(notice),
        ...(outboxLimits === undefined ? {} : { limits: outboxLimits }),
      },
      image,
    );
    this.#sync.start();
  }

  /** A stop given while the disk was silent stays; everything else is as it was left. */
  #restoreLatches(fact: unknown): void {
    const stored = fact === undefined ? noLatches : latchesFromFact(fact);
    if (stored === undefined) {
      this.#tell({
        code: "latches.unreadable",
        level: "alarm",
        text: "the latches on disk make no sense; a stop or a local limit may have been forgotten",
        facts: { fact },
      });
    }
    const { stop } = this.#latches;
    this.#setLatches({ ...(stored ?? noLatches), ...(stop && { stop }) });
  }

  #restoreLedger(fact: unknown): void {
    if (fact === undefined) return;
    const ledger = ledgerFromFact(fact);
    if (ledger !== undefined) {
      this.#options.loop.post({ type: "ledger", ledger });
      return;
    }
    this.#tell({
      code: "ledger.unreadable",
      level: "warning",
      text: "what is on disk about today's throughput makes no sense; the day's count begins again",
      facts: { fact },
    });
  }

  /**
   * Changes the latches: on disk first, then in force. What makes the site safer is `urgent`: in force first,
   * and the disk may fail.
   */
  #latch(change: (latches: Latches) => Latches, urgent: boolean, done: (result: Result<void>) => void): void {
    const { store } = this.#options;
    const next = change(this.#latches);
    const set = () => this.#setLatches(change(this.#latches));
    if (urgent) set();
    store.put("latches", latchesToFact(next), (result) => {
      if (result.ok && !urgent) set();
      done(result);
    });
  }

  #setLatches(latches: Latches): void {
    this.#latches = latches;
    this.#options.loop.post({ type: "latches", latches });
  }

  #tellEvidence({ id, isComplete, triggerHz, response }: FrequencyEvidence): void {
    if (isComplete) return; // Said once, when the first minute is over.
    this.#tell({
      code: "evidence.frozen",
      level: "info",
      text: `a frequency event was recorded: sitectl evidence show ${id}`,
      facts: { id, triggerHz, ...response },
    });
  }

  #storeFailed(error: CodedError): void {
    if (!this.#isStoring && this.#isLoaded) return;
    this.#isStoring = false;
    this.#tell({
      code: "store.trouble",
      level: "alarm",
      text: "the store fails; the site keeps controlling, holds records in memory and refuses leases",
      facts: { ...error, reason: error.code },
    });
  }

  #storeRecovered(dropped: number): void {
    this.#isStoring = this.#isLoaded;
    this.#tell({
      code: "store.recovered",
      level: dropped > 0 ? "warning" : "info",
      text: "the store takes records again",
      facts: { dropped },
    });
  }

  #tell(event: Omit<EdgeEvent, "timeMs">): void {
    const { code, level, text, facts } = event;
    this.#keepEvent({ code, level, text, facts, timeMs: this.#options.clock.nowMs() });
  }

  #keepEvent(event: EdgeEvent): void {
    this.#events.push(event);
    this.#alarms.heard(event);
    if (this.#events.length > recentEventsMax) this.#events.shift();
    this.#options.onEvent?.(event);
    this.#journal.append([eventRecord(event)]);
  }
}
