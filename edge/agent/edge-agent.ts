import { fail, type Result } from "@penstock/protocol/result";
import { type Ms, seconds } from "@penstock/protocol/units";
import { AlarmDesk } from "../alarms/alarm-desk.ts";
import { alarmFact } from "../alarms/alarm-fact.ts";
import { siteConditions } from "../alarms/site-conditions.ts";
import { ledgerFromFact } from "../control/energy-ledger.ts";
import type { PowerInterval } from "../control/image.ts";
import type { ReactiveCommand } from "../control/step-types.ts";
import type { EdgeEvent, LoopOutput, SiteStatus } from "../loop/loop-types.ts";
import type { StoreImage } from "../store/edge-store.ts";
import { Sync } from "../sync/sync.ts";
import { AuditLog } from "./audit-log.ts";
import type { EdgeAgentOptions } from "./edge-agent-options.ts";
import { EventBook } from "./event-book.ts";
import { eventRecord, evidenceEvent, noticeEvent } from "./event-record.ts";
import { type CommandedPower, GridOperatorDesk } from "./grid-operator-desk.ts";
import { Journal } from "./journal.ts";
import { LatchDesk } from "./latch-desk.ts";
import { LeaseDesk, leaseFact } from "./lease-desk.ts";
import { LoopQuestions } from "./loop-questions.ts";
import { OperatorDesk } from "./operator-desk.ts";
import type { UnixUser } from "./requests/caller.ts";
import type { Role } from "./requests/request.ts";
import { SecondPerson } from "./second-person.ts";
import type { AgentView } from "./site-report.ts";
import { StoreHealth } from "./store-health.ts";

/** Where the store keeps what the owner's terms count. */
const ledgerFact = "energy-ledger";
/** A disk that has not answered by now is not waited for: control is worth more than memory. */
const loadPatienceMs = seconds(3);
const loadRetryMs = seconds(10);

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
  readonly #health: StoreHealth;
  readonly #latches: LatchDesk;
  readonly #audit: AuditLog;
  readonly #leases: LeaseDesk | undefined;
  readonly #operator: OperatorDesk;
  readonly #questions: LoopQuestions;
  readonly #alarms: AlarmDesk;
  readonly #gridOperator: GridOperatorDesk;
  readonly #secondPerson: SecondPerson;
  readonly #events: EventBook;
  #sync: Sync | undefined;
  #site: SiteStatus | undefined;
  #isStopped = false;

  constructor(options: EdgeAgentOptions) {
    this.#options = options;
    const { clock, rng, config, loop, store } = options;
    const tell = (event: Omit<EdgeEvent, "timeMs">) => this.#events.tell(event);
    store.onNotice = (notice) => tell(noticeEvent(notice));
    this.#events = new EventBook(clock, (event) => {
      this.#alarms.heard(event);
      options.onEvent?.(event);
      this.#journal.append([eventRecord(event)]);
    });
    this.#audit = new AuditLog(clock, store);
    this.#health = new StoreHealth(tell);
    this.#latches = new LatchDesk({ store, loop, tell });
    this.#journal = new Journal({
      clock,
      store,
      onStored: (records) => this.#sync?.stored(records),
      onTrouble: (error) => this.#health.failed(error),
      onRecovered: (dropped) => this.#health.recovered(dropped),
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
            tell,
          });
    this.#alarms = new AlarmDesk({ clock, store, audit: this.#audit, tell });
    this.#questions = new LoopQuestions(clock, loop);
    this.#gridOperator = new GridOperatorDesk({
      clock,
      audit: this.#audit,
      tell,
      latches: this.#latches,
    });
    this.#secondPerson = new SecondPerson({
      clock,
      rng: rng.fork("second-person"),
      audit: this.#audit,
      tell,
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
      events: () => this.#events.recent,
      latch: (change, urgent, done) => this.#latches.change(change, urgent, done),
      tell,
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
      if (!isDone) this.#health.failed({ code: "store.silent", afterMs: loadPatienceMs });
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
        this.#events.keep(output.event);
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
        this.#latches.change(
          (latches) => ({ ...latches, gridOperatorLimitW: output.limitW }),
          true,
          () => {},
        );
        return;
      case "evidence":
        if (!output.evidence.isComplete) this.#events.tell(evidenceEvent(output.evidence)); // Said once, when the first minute is over.
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

  /** The same of its vars. */
  commandReactiveByGridOperator(command: ReactiveCommand | undefined, forMs: Ms, from: string): void {
    this.#gridOperator.commandReactive(command, forMs, from);
  }

  /** Something happened around the agent that belongs in its journal. */
  note(event: Omit<EdgeEvent, "timeMs">): void {
    this.#events.tell(event);
  }

  /** Somebody at the grid operator's has seen this one alarm, by its whole name. Errors: `operator.no-alarm`. */
  acknowledgeAlarm(id: string, by: string, reason: string): Result<readonly string[]> {
    const isOne = this.#alarms.alarms.some((alarm) => alarm.id === id);
    return isOne ? this.#alarms.acknowledge({ id, by, reason }) : fail({ code: "operator.no-alarm", alarm: id });
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
      latches: this.#latches.latches,
      grants: this.#leases?.grants() ?? [],
      sync: this.#sync?.status(),
      config: this.#options.configDesk?.status(),
      isStoring: this.#health.isStoring,
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
        this.#health.failed(result.error);
        clock.after(loadRetryMs, () => this.#load(() => {}));
      }
      done();
    });
  }

  #restore(image: StoreImage): void {
    this.#health.loaded();
    this.#latches.restore(image.facts["latches"]);
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
        onNotice: (notice) => this.#events.tell(notice),
        ...(outboxLimits === undefined ? {} : { limits: outboxLimits }),
      },
      image,
    );
    this.#sync.start();
  }

  #restoreLedger(fact: unknown): void {
    if (fact === undefined) return;
    const ledger = ledgerFromFact(fact);
    if (ledger !== undefined) {
      this.#options.loop.post({ type: "ledger", ledger });
      return;
    }
    this.#events.tell({
      code: "ledger.unreadable",
      level: "warning",
      text: "what is on disk about today's throughput makes no sense; the day's count begins again",
      facts: { fact },
    });
  }
}
