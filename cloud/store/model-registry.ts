import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import BetterSqlite, { type Database } from "better-sqlite3";

/** A *shadow* forecasts beside the champion and is judged; the *champion* is the one whose forecasts are used. */
export const modelStates = ["shadow", "champion", "retired"] as const;
export type ModelState = (typeof modelStates)[number];

/** How a model is run: from the shelf of forecasters by its name, or from what was learned and is kept beside it. */
export const modelRuntimes = ["shelf", "trees", "onnx"] as const;
export type ModelRuntime = (typeof modelRuntimes)[number];

/** A forecaster as it was tried on one data set. */
export interface RegisteredModel {
  readonly id: number;
  /** What it forecasts: `epf:NP` an auction, `nem:NSW1` the prices a desk bids on. One champion a target. */
  readonly target: string;
  /** The name on the shelf of forecasters, or the one it was given. */
  readonly model: string;
  /** Of its code, or of what was learned. */
  readonly codeVersion: string;
  readonly runtime: ModelRuntime;
  /** What a learned model takes and gives; plain data, checked by whoever opens it. */
  readonly document?: object;
  /** First and last day it was judged on, on the market's own clock: `2016-12-27`. */
  readonly judgedFrom: string;
  readonly judgedTo: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly state: ModelState;
  readonly registeredMs: UtcMs;
  readonly stateSinceMs: UtcMs;
}

export type NewModel = Omit<RegisteredModel, "id" | "state" | "registeredMs" | "stateSinceMs"> & {
  /** What was learned; absent for a model of the shelf. */
  readonly artifact?: Uint8Array;
};

/**
 * Which forecasters there are, how they did, and which one is used. In a SQLite file of its own: it belongs to the
 * lab, and the aggregator only reads it.
 */
export class ModelRegistry {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Opens or creates the file. Refused with `registry.cannot-open` or `registry.too-new`. */
  static open(path: string): Result<ModelRegistry, CodedError> {
    let database: Database | undefined;
    try {
      database = new BetterSqlite(path);
      database.pragma("journal_mode = WAL");
      database.pragma("synchronous = FULL");
      const version = Number(database.pragma("user_version", { simple: true }));
      if (version > STEPS.length) {
        database.close();
        return fail({ code: "registry.too-new", path, version });
      }
      for (const step of STEPS.slice(version)) database.exec(step);
      return ok(new ModelRegistry(database));
    } catch (error) {
      if (!(error instanceof BetterSqlite.SqliteError) && !(error instanceof TypeError)) throw error;
      database?.close();
      return fail({ code: "registry.cannot-open", path, reason: error.message });
    }
  }

  /** A model that was judged enters as a shadow. The same model, code and judged days again renew its figures. */
  register(made: NewModel, nowMs: UtcMs): RegisteredModel {
    const row = this.#database
      .prepare<unknown[], Row>(
        `INSERT INTO model (target, model, code_version, judged_from, judged_to, metrics, state, registered_ms,
           state_since_ms, runtime, document, artifact)
         VALUES (?, ?, ?, ?, ?, ?, 'shadow', ?, ?, ?, ?, ?)
         ON CONFLICT (target, model, code_version, judged_from, judged_to)
         DO UPDATE SET metrics = excluded.metrics, registered_ms = excluded.registered_ms
         RETURNING ${COLUMNS}`,
      )
      .get(
        made.target,
        made.model,
        made.codeVersion,
        made.judgedFrom,
        made.judgedTo,
        JSON.stringify(made.metrics),
        nowMs,
        nowMs,
        made.runtime,
        made.document === undefined ? null : JSON.stringify(made.document),
        made.artifact ?? null,
      );
    return modelOf(row as Row);
  }

  /** Makes a model the champion of its target; the champion before is retired in the same step. */
  promote(id: number, nowMs: UtcMs): Result<RegisteredModel, CodedError> {
    return this.#database.transaction((): Result<RegisteredModel, CodedError> => {
      const held = this.find(id);
      if (!held.ok || held.value.state === "champion") return held;
      this.#database
        .prepare("UPDATE model SET state = 'retired', state_since_ms = ? WHERE target = ? AND state = 'champion'")
        .run(nowMs, held.value.target);
      return this.#move(id, "champion", nowMs);
    })();
  }

  retire(id: number, nowMs: UtcMs): Result<RegisteredModel, CodedError> {
    const held = this.find(id);
    return held.ok ? this.#move(id, "retired", nowMs) : held;
  }

  find(id: number): Result<RegisteredModel, CodedError> {
    const row = this.#database.prepare<unknown[], Row>(`SELECT ${COLUMNS} FROM model WHERE id = ?`).get(id);
    return row === undefined ? fail({ code: "registry.no-such-model", id }) : ok(modelOf(row));
  }

  /** What a learned model learned; undefined for a model of the shelf, or one there is not. */
  artifact(id: number): Uint8Array | undefined {
    const row = this.#database
      .prepare<unknown[], { artifact: Buffer | null }>("SELECT artifact FROM model WHERE id = ?")
      .get(id);
    return row?.artifact ?? undefined;
  }

  champion(target: string): RegisteredModel | undefined {
    const row = this.#database
      .prepare<unknown[], Row>(`SELECT ${COLUMNS} FROM model WHERE target = ? AND state = 'champion'`)
      .get(target);
    return row === undefined ? undefined : modelOf(row);
  }

  /** By target; the champion first, then the newest. */
  list(): readonly RegisteredModel[] {
    return this.#database
      .prepare<unknown[], Row>(
        `SELECT ${COLUMNS} FROM model ORDER BY target, state <> 'champion', registered_ms DESC, id DESC`,
      )
      .all()
      .map(modelOf);
  }

  close(): void {
    this.#database.close();
  }

  #move(id: number, state: ModelState, nowMs: UtcMs): Result<RegisteredModel, CodedError> {
    this.#database.prepare("UPDATE model SET state = ?, state_since_ms = ? WHERE id = ?").run(state, nowMs, id);
    return this.find(id);
  }
}

/** One step a version, never changed once it has shipped. */
const STEPS = [
  `
  BEGIN;
  CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    model TEXT NOT NULL,
    code_version TEXT NOT NULL,
    judged_from TEXT NOT NULL,
    judged_to TEXT NOT NULL,
    metrics TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('shadow', 'champion', 'retired')),
    registered_ms INTEGER NOT NULL,
    state_since_ms INTEGER NOT NULL,
    UNIQUE (target, model, code_version, judged_from, judged_to)
  ) STRICT;
  CREATE UNIQUE INDEX one_champion ON model (target) WHERE state = 'champion';
  PRAGMA user_version = 1;
  COMMIT;
  `,
  `
  BEGIN;
  ALTER TABLE model ADD COLUMN runtime TEXT NOT NULL DEFAULT 'shelf' CHECK (runtime IN ('shelf', 'trees', 'onnx'));
  ALTER TABLE model ADD COLUMN document TEXT;
  ALTER TABLE model ADD COLUMN artifact BLOB;
  PRAGMA user_version = 2;
  COMMIT;
  `,
];

/** All but what was learned, which may be large and is asked for by itself. */
const COLUMNS = `id, target, model, code_version, judged_from, judged_to, metrics, state, registered_ms, state_since_ms,
  runtime, document`;

interface Row {
  readonly id: number;
  readonly target: string;
  readonly model: string;
  readonly code_version: string;
  readonly judged_from: string;
  readonly judged_to: string;
  readonly metrics: string;
  readonly state: ModelState;
  readonly registered_ms: number;
  readonly state_since_ms: number;
  readonly runtime: ModelRuntime;
  readonly document: string | null;
}

const modelOf = (row: Row): RegisteredModel => ({
  id: row.id,
  target: row.target,
  model: row.model,
  codeVersion: row.code_version,
  runtime: row.runtime,
  ...(row.document !== null && { document: JSON.parse(row.document) as object }),
  judgedFrom: row.judged_from,
  judgedTo: row.judged_to,
  metrics: JSON.parse(row.metrics) as Record<string, number>,
  state: row.state,
  registeredMs: row.registered_ms as UtcMs,
  stateSinceMs: row.state_since_ms as UtcMs,
});
