import { existsSync } from "node:fs";

/** A file next to this one, or to the bundle this one is part of; undefined when there is none. */
export function besideThisFile(name: string): URL | undefined {
  const file = new URL(`./${name}`, import.meta.url);
  return existsSync(file) ? file : undefined;
}
