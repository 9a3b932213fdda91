import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";

export interface WhereIsTheStore {
  /** What was typed. */
  readonly store: string | undefined;
  /** Folders that may hold `.penstock/run/cloud.json`, nearest first. */
  readonly folders: readonly string[];
}

/** The SQLite file of an aggregator: the one named, or that of the one that runs, or last ran, around here. */
export function findStore({ store, folders }: WhereIsTheStore): Result<string, CodedError> {
  if (store !== undefined) return ok(store);
  for (const folder of folders) {
    const written = storeFileIn(join(folder, ".penstock/run/cloud.json"));
    if (written !== undefined) return ok(written);
  }
  return fail({ code: "lab.no-store", remedy: "name the aggregator's storeFile with --store FILE" });
}

function storeFileIn(path: string): string | undefined {
  try {
    const { storeFile } = JSON.parse(readFileSync(path, "utf8")) as { readonly storeFile?: unknown };
    return typeof storeFile === "string" ? storeFile : undefined;
  } catch {
    return undefined;
  }
}
