import type { DeskAct, GateDocument } from "@penstock/protocol/fleet";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { type GateMode, gateModes, type UnitEntry } from "../config/cloud-config.ts";
import { type ActLogPorts, logAct } from "./act-log.ts";
import { KeptFacts } from "./kept-facts.ts";
import type { Person } from "./person.ts";

/** What the desk sells. Each product of a unit or site has a gate of its own. */
export const energyProduct = "energy";
export const reserveProduct = "reserves";

/**
 * The gates of units and of their sites, by product: the configuration's until a person sets another, which then stays
 * over every restart. It fails closed: whatever it cannot read, or was never told of, is `manual`.
 */
export class GateBook {
  readonly #ports: ActLogPorts;
  readonly #facts: KeptFacts;
  readonly #units: readonly UnitEntry[];

  constructor(ports: ActLogPorts, units: readonly UnitEntry[]) {
    this.#ports = ports;
    this.#facts = new KeptFacts(ports.journal);
    this.#units = units;
  }

  mode(subject: string, product: string): GateMode {
    const kept = this.#facts.get(keyOf(subject, product));
    if (kept === undefined) return this.#configured(subject, product);
    const gate = (kept as Partial<KeptGate> | null)?.gate;
    return isGateMode(gate) ? gate : "manual";
  }

  /** Refused with `desk.unknown-subject`, `desk.unknown-product` and `desk.not-a-gate`. */
  set(subject: string, product: string, gate: string, by: Person, why: string): Result<GateDocument, CodedError> {
    const unit = this.#unitOf(subject);
    if (unit === undefined) return fail({ code: "desk.unknown-subject", subject, known: this.#subjects() });
    const known = productsOf(unit);
    if (!known.includes(product)) return fail({ code: "desk.unknown-product", product, known });
    if (!isGateMode(gate)) return fail({ code: "desk.not-a-gate", gate, wanted: gateModes });
    const before = this.mode(subject, product);
    const set = logAct(this.#ports, { act: "gate", subject, before, after: gate }, by, why);
    const kept: KeptGate = { gate, set };
    this.#facts.put(keyOf(subject, product), kept);
    return ok(this.#document(unit, subject, product));
  }

  list(): readonly GateDocument[] {
    return this.#units.flatMap((entry) =>
      [entry.unit.id, ...entry.unit.siteIds].flatMap((subject) =>
        productsOf(entry).map((product) => this.#document(entry, subject, product)),
      ),
    );
  }

  #document({ unit }: UnitEntry, subject: string, product: string): GateDocument {
    const kept = this.#facts.get(keyOf(subject, product)) as Partial<KeptGate> | null | undefined;
    return {
      subject,
      kind: subject === unit.id ? "unit" : "site",
      unitId: unit.id,
      product,
      gate: this.mode(subject, product),
      set: kept?.set ?? null,
    };
  }

  /** A site narrows nothing until somebody says so. */
  #configured(subject: string, product: string): GateMode {
    const entry = this.#unitOf(subject);
    const gate = product === energyProduct ? entry?.gate : entry?.reserves?.gate;
    if (entry === undefined || gate === undefined) return "manual";
    return entry.unit.id === subject ? gate : "auto";
  }

  #unitOf(subject: string): UnitEntry | undefined {
    return this.#units.find(({ unit }) => unit.id === subject || unit.siteIds.includes(subject));
  }

  #subjects(): readonly string[] {
    return this.#units.flatMap(({ unit }) => [unit.id, ...unit.siteIds]);
  }
}

/** What a unit sells: energy, and reserves where it is registered for any. */
const productsOf = ({ reserves }: UnitEntry): readonly string[] =>
  reserves === undefined ? [energyProduct] : [energyProduct, reserveProduct];

/** Of several gates in one way the most shut decides. */
export const mostShut = (gates: readonly GateMode[]): GateMode =>
  gates.reduce((shut, gate) => (gateModes.indexOf(gate) < gateModes.indexOf(shut) ? gate : shut), "auto");

/** Whether the algorithm's bids may pass at all, by themselves or with a person. */
export const isOpenToAlgorithm = (gate: GateMode): boolean => gate === "approve" || gate === "auto";

interface KeptGate {
  readonly gate: GateMode;
  readonly set: DeskAct;
}

const keyOf = (subject: string, product: string): string => `desk.gate.${subject}.${product}`;

const isGateMode = (gate: unknown): gate is GateMode => gateModes.some((mode) => mode === gate);
