import { invariant } from "@penstock/protocol/result";

/** A variable of a program, by its number. */
export type Variable = number & { readonly brand?: "Variable" };
/** `[coefficient, variable]`, summed. */
export type Terms = readonly (readonly [number, Variable])[];

interface Column {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly isBinary: boolean;
  worth: number;
}

interface Row {
  readonly name: string;
  readonly terms: Terms;
  readonly low: number;
  readonly high: number;
}

/** A wish that may be broken at a price: what breaking it is called, and by how much it was. */
export interface Preference {
  /** `"commitment"`, `"soc-window"`. */
  readonly cause: string;
  /** Interval it is about. */
  readonly t: number;
  readonly slack: Variable;
}

/** By how much a wish was missed on either side. */
export interface Slacks {
  readonly short?: Variable;
  readonly over?: Variable;
}

/**
 * A mixed-integer linear program that maximises, written down constraint by constraint. Physics go in as rows; wishes
 * go in as rows with a slack that costs, so that there is always a best plan and a name for what stood in its way.
 */
export class LinearProgram {
  readonly columns: Column[] = [];
  readonly rows: Row[] = [];
  readonly preferences: Preference[] = [];

  /** A continuous variable; `worth` is money for each unit of it. */
  variable(name: string, low: number, high: number, worth = 0): Variable {
    invariant(low <= high, `${name} has room`);
    this.columns.push({ name, low, high, isBinary: false, worth });
    return (this.columns.length - 1) as Variable;
  }

  binary(name: string): Variable {
    this.columns.push({ name, low: 0, high: 1, isBinary: true, worth: 0 });
    return (this.columns.length - 1) as Variable;
  }

  /** Adds to what a unit of a variable is worth. */
  reward(variable: Variable, worth: number): void {
    (this.columns[variable] as Column).worth += worth;
  }

  /** `low ≤ Σ terms ≤ high`. */
  row(name: string, low: number, terms: Terms, high: number): void {
    this.rows.push({ name, terms, low, high });
  }

  /** The same, but either side may be missed at `penalty` a unit. */
  preference(cause: string, t: number, low: number, terms: Terms, high: number, penalty: number): Slacks {
    const name = `${cause}_${t}_${this.preferences.length}`;
    const slacks: [number, Variable][] = [];
    const made: { short?: Variable; over?: Variable } = {};
    for (const [sign, isOpen] of [
      [1, low > Number.NEGATIVE_INFINITY],
      [-1, high < Number.POSITIVE_INFINITY],
    ] as const) {
      if (!isOpen) continue;
      const slack = this.variable(`${name}_${sign > 0 ? "short" : "over"}`, 0, Number.POSITIVE_INFINITY, -penalty);
      slacks.push([sign, slack]);
      made[sign > 0 ? "short" : "over"] = slack;
      this.preferences.push({ cause, t, slack });
    }
    this.row(name, low, [...terms, ...slacks], high);
    return made;
  }

  /** In the text format of CPLEX, which every solver reads. Names are ours alone: `x0`, `r0`. */
  toText(): string {
    const lines = ["Maximize", ` obj: ${sumOf(this.columns.map(({ worth }, at) => [worth, at as Variable]))}`];
    lines.push("Subject To");
    for (const [at, { terms, low, high }] of this.rows.entries()) {
      const sum = sumOf(terms);
      if (low === high) lines.push(` r${at}: ${sum} = ${numberOf(low)}`);
      else {
        if (low > Number.NEGATIVE_INFINITY) lines.push(` r${at}l: ${sum} >= ${numberOf(low)}`);
        if (high < Number.POSITIVE_INFINITY) lines.push(` r${at}h: ${sum} <= ${numberOf(high)}`);
      }
    }
    lines.push("Bounds");
    for (const [at, { low, high, isBinary }] of this.columns.entries()) {
      if (!isBinary) lines.push(` ${boundOf(low, "-inf")} <= x${at} <= ${boundOf(high, "+inf")}`);
    }
    const binaries = this.columns.flatMap(({ isBinary }, at) => (isBinary ? [`x${at}`] : []));
    if (binaries.length > 0) lines.push("Binary", ...chunked(binaries));
    lines.push("End", "");
    return lines.join("\n");
  }
}

function sumOf(terms: Terms): string {
  const shown = terms.filter(([coefficient]) => coefficient !== 0);
  if (shown.length === 0) return "0 x0";
  // A solver's reader may refuse lines of over 255 characters.
  return chunked(shown.map(([by, at]) => `${by < 0 ? "-" : "+"} ${numberOf(Math.abs(by))} x${at}`)).join("\n ");
}

function chunked(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += 8) lines.push(` ${words.slice(at, at + 8).join(" ")}`);
  return lines;
}

const boundOf = (value: number, infinite: string): string => (Number.isFinite(value) ? numberOf(value) : infinite);

function numberOf(value: number): string {
  invariant(Number.isFinite(value), "a program is made of numbers");
  return String(Number(value.toPrecision(15)));
}
