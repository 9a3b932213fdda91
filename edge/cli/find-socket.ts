import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { widestDoor } from "./socket-path.ts";

export type FoundSocket =
  | { readonly ok: true; readonly path: string; readonly note: string | undefined }
  | { readonly ok: false; readonly sentence: string };

export interface SocketChoice {
  readonly socket: string | undefined;
  readonly site: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folders to look in for `.penstock/run`, nearest first. */
  readonly folders: readonly string[];
  /** Where a service keeps its sockets, for when there is none of these. */
  readonly serviceFolder?: string;
}

/**
 * Which site is meant: `--socket`, then PENSTOCK_SOCKET, then `--site` among the sockets in the run folder.
 * When several sites run here and none is named, `park` or else the first by name is taken, and said.
 */
export function findSocket({
  socket,
  site,
  environment,
  folders,
  serviceFolder = "/run/penstock",
}: SocketChoice): FoundSocket {
  const named = socket ?? (site === undefined ? environment["PENSTOCK_SOCKET"] : undefined);
  if (named !== undefined) return { ok: true, path: widestDoor(named), note: undefined };

  const runFolder =
    environment["PENSTOCK_RUN_DIR"] ??
    [...folders.map((folder) => join(folder, ".penstock", "run")), serviceFolder].find(existsSync);
  const sites = runFolder === undefined ? [] : sitesIn(runFolder);
  if (runFolder === undefined || sites.length === 0) {
    return {
      ok: false,
      sentence: "no site runs here. Start one (npm start), or name its socket with --socket PATH or PENSTOCK_SOCKET.",
    };
  }
  if (site !== undefined && !sites.includes(site)) {
    return { ok: false, sentence: `no site "${site}" runs here; there is ${sites.join(", ")}.` };
  }
  const chosen = site ?? (sites.includes("park") ? "park" : (sites[0] as string));
  const note =
    site === undefined && sites.length > 1
      ? `site ${chosen}; choose with --site ${sites.filter((other) => other !== chosen).join(" | ")}`
      : undefined;
  return { ok: true, path: widestDoor(join(runFolder, `${chosen}.sock`)), note };
}

/** This folder and every one around it, nearest first. */
export function andAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...andAbove(parent)];
}

const sitesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".sock") && !/\.(operator|viewer)\.sock$/.test(name))
        .map((name) => basename(name, ".sock"))
        .toSorted()
    : [];
