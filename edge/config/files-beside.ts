import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ReadText } from "./device-maps.ts";

/** The files that a site's YAML names, as they lie on this disk; relative paths count from `folder`. */
export const filesBeside =
  (folder: string): ReadText =>
  (path) => {
    const file = resolve(folder, path);
    try {
      return { ok: true, text: readFileSync(file, "utf8"), file };
    } catch (cause) {
      return { ok: false, why: cause instanceof Error ? cause.message : String(cause) };
    }
  };
