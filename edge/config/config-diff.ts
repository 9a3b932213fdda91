import { parse } from "yaml";

/** One field that differs between two documents. Undefined where it does not stand. */
export interface FieldChange {
  /** `units[2].rating.chargeKW` */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What differs between two site documents, field by field, in the order of the later one; comments and layout do not count. */
export function configDiff(beforeText: string, afterText: string): readonly FieldChange[] {
  const before = fieldsOf(beforeText);
  const after = fieldsOf(afterText);
  const changed = [...after]
    .filter(([path, value]) => before.get(path) !== value)
    .map(([path, value]) => ({ path, before: before.get(path), after: value }));
  const gone = [...before]
    .filter(([path]) => !after.has(path))
    .map(([path, value]) => ({ path, before: value, after: undefined }));
  return [...changed, ...gone];
}

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  collect(parse(text), "");
  return fields;

  function collect(value: unknown, path: string): void {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) collect(item, `${path}[${index}]`);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, field] of Object.entries(value)) collect(field, path === "" ? key : `${path}.${key}`);
    } else {
      fields.set(path, JSON.stringify(value));
    }
  }
}
