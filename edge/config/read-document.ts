import { isCollection, isPair, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";
import { nearest } from "./nearest.ts";

/** One thing that is wrong in a file, where, and what would be right. */
export interface ConfigIssue {
  readonly line: number;
  readonly column: number;
  /** `units[2].rating.chargeKW`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

export type ReadDocument<T> =
  | { readonly ok: true; readonly value: T; readonly at: Locate }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

/** Where in the text something stands; for rules that compare two fields. */
export type Locate = (path: readonly PropertyKey[]) => Pick<ConfigIssue, "line" | "column">;

/** YAML text checked against a strict schema, every complaint with its line and column. */
export function readDocument<S extends z.ZodType>(text: string, schema: S): ReadDocument<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    const issues = document.errors.map((error) => ({
      ...place(error.pos[0]),
      path: "",
      message: `this is not YAML: ${error.message.split(" at line ")[0] ?? error.message}`,
    }));
    return { ok: false, issues };
  }
  const at: Locate = (path) => place(offsetOf(document.contents, path));
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // Aliases: of an anchor that is not there, or so many that the file would not fit into memory.
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, issues: [{ line: 1, column: 1, path: "", message: `this is not YAML: ${detail}` }] };
  }
  const checked = schema.safeParse(content);
  if (checked.success) return { ok: true, value: checked.data, at };
  const found = checked.error.issues.flatMap((issue) => describe(issue, schema, document.contents, place));
  // A slip in a key is one mistake: what it was meant to be is not missing as well.
  const meant = new Set(found.map(({ meantPath }) => meantPath));
  const issues = found.filter(({ path }) => !meant.has(path)).map(({ meantPath: _, ...issue }) => issue);
  return { ok: false, issues: issues.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

type Issue = z.core.$ZodIssue;

function describe(
  issue: Issue,
  schema: z.ZodType,
  contents: Node | null,
  place: (offset: number) => Pick<ConfigIssue, "line" | "column">,
): (ConfigIssue & { readonly meantPath?: string })[] {
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path, contents);
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const guess = nearest(key, known);
      const hint = guess === undefined ? `known here: ${known.join(", ")}` : `did you mean "${guess}"?`;
      return {
        ...place(keyOffsetOf(contents, path)),
        path: nameOf(path),
        message: `unknown key "${key}"; ${hint}`,
        ...(guess !== undefined && { meantPath: nameOf([...issue.path, guess]) }),
      };
    });
  }
  const found = { ...place(offsetOf(contents, issue.path)), path: nameOf(issue.path) };
  return [{ ...found, message: sentenceFor(issue, valueAt(contents, issue.path)) }];
}

function sentenceFor(issue: Issue, value: unknown): string {
  const isMissing = value === undefined;
  const got = isMissing ? "" : `, not ${JSON.stringify(value)}`;
  switch (issue.code) {
    case "invalid_type":
      return isMissing
        ? `is missing; it must be ${article(issue.expected)}`
        : `must be ${article(issue.expected)}${got}`;
    case "too_small":
      return issue.origin === "array" || issue.origin === "string"
        ? `must not be empty`
        : `must be ${issue.inclusive === false ? "above" : "at least"} ${issue.minimum}${got}`;
    case "too_big":
      return `must be ${issue.inclusive === false ? "below" : "at most"} ${issue.maximum}${got}`;
    case "invalid_value":
      return `must be one of ${issue.values.map((one) => JSON.stringify(one)).join(", ")}${got}`;
    case "invalid_format":
      return `must be ${issue.message}${got}`;
    case "invalid_union": {
      const { options } = issue as { readonly options?: readonly unknown[] };
      return options === undefined
        ? `is not one of the forms allowed here${got}`
        : `must be one of ${options.map((one) => JSON.stringify(one)).join(", ")}${got}`;
    }
    default:
      return `${issue.message}${got}`;
  }
}

const article = (kind: string): string =>
  kind === "int"
    ? "a whole number"
    : kind === "array"
      ? "a list"
      : kind === "object"
        ? "a group of fields"
        : `a ${kind}`;

const nameOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (name, part) =>
      typeof part === "number" ? `${name}[${part}]` : name === "" ? String(part) : `${name}.${String(part)}`,
    "",
  );

/** The offset of the value, or of the nearest thing around it that exists. */
function offsetOf(contents: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = contents;
  let offset = startOf(contents) ?? 0;
  for (const part of path) {
    if (!isCollection(node)) break;
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === part);
    node = isPair(pair) ? pair.value : typeof part === "number" ? node.items[part] : undefined;
    offset = startOf(node) ?? (isPair(pair) ? startOf(pair.key) : undefined) ?? offset;
  }
  return offset;
}

function keyOffsetOf(contents: Node | null, path: readonly PropertyKey[]): number {
  const key = path.at(-1);
  const parent = nodeAt(contents, path.slice(0, -1));
  if (!isCollection(parent)) return offsetOf(contents, path);
  const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
  return (isPair(pair) ? startOf(pair.key) : undefined) ?? offsetOf(contents, path);
}

function nodeAt(contents: unknown, path: readonly PropertyKey[]): unknown {
  let node = contents;
  for (const part of path) node = isCollection(node) ? node.get(part, true) : undefined;
  return node;
}

function valueAt(contents: unknown, path: readonly PropertyKey[]): unknown {
  const node = nodeAt(contents, path);
  return isScalar(node) ? node.value : isCollection(node) ? node.toJSON() : undefined;
}

const startOf = (node: unknown): number | undefined =>
  (node as { range?: readonly [number, number, number] | null } | null | undefined)?.range?.[0];

/** Names the schema allows at a path. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[], contents: unknown): readonly string[] {
  let here = unwrap(schema);
  const walked: PropertyKey[] = [];
  for (const part of path) {
    here = unwrap(
      typeof part === "number" ? here?.def.element : shapeOf(here, valueAt(contents, walked))[String(part)],
    );
    walked.push(part);
  }
  return Object.keys(shapeOf(here, valueAt(contents, walked)));
}

interface SchemaNode {
  readonly def: {
    readonly type: string;
    readonly innerType?: unknown;
    readonly element?: unknown;
    readonly options?: readonly unknown[];
    readonly discriminator?: string;
  };
  readonly shape?: Readonly<Record<string, unknown>>;
}

function unwrap(schema: unknown): SchemaNode | undefined {
  let node = schema as SchemaNode | undefined;
  while (node?.def.innerType !== undefined) node = node.def.innerType as SchemaNode;
  return node;
}

/** Of a choice, the option the file has chosen. */
function shapeOf(schema: SchemaNode | undefined, value: unknown): Readonly<Record<string, unknown>> {
  if (schema?.shape !== undefined) return schema.shape;
  const tag = schema?.def.discriminator ?? "";
  const chosen = (value as Record<string, unknown> | undefined)?.[tag];
  const option = schema?.def.options?.map(unwrap).find((candidate) => {
    const literal = candidate?.shape?.[tag] as { readonly value?: unknown } | undefined;
    return literal?.value === chosen;
  });
  return option?.shape ?? {};
}
