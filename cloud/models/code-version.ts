import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * The version of a piece of code: a hash of its file and of every file of ours it imports, however deep. So a stored
 * result is used again exactly while the code that made it is the same.
 */
export function codeVersion(file: string): string {
  const hash = createHash("sha256");
  for (const path of [...filesBehind(file)].sort()) hash.update(readFileSync(path));
  return hash.digest("hex").slice(0, 12);
}

function filesBehind(file: string, seen = new Set<string>()): Set<string> {
  const path = resolve(file);
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, target = ""] of readFileSync(path, "utf8").matchAll(/from "(\.[^"]+)"/g)) {
    filesBehind(resolve(dirname(path), target), seen);
  }
  return seen;
}
