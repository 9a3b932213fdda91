import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface WhereToLook {
  readonly url: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folders that may hold `.penstock/run/cloud.json`, nearest first. */
  readonly folders: readonly string[];
}

export type FoundAddress =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly sentence: string; readonly isUsage: boolean };

/** Where the aggregator answers: what was typed, what the environment says, or what a running one has written down. */
export function findAddress({ url, environment, folders }: WhereToLook): FoundAddress {
  if (url !== undefined) return checked(url, "--url");
  const fromEnvironment = environment["PENSTOCK_URL"];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return checked(fromEnvironment, "PENSTOCK_URL");
  for (const folder of folders) {
    const written = readAddress(join(folder, ".penstock/run/cloud.json"));
    if (written !== undefined) return checked(written, join(folder, ".penstock/run/cloud.json"));
  }
  return {
    ok: false,
    isUsage: false,
    sentence: "no aggregator is running here; start one with npm start, or name one with --url http://HOST:PORT",
  };
}

/** A folder and all around it, nearest first. */
export function andAbove(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...andAbove(parent)];
}

function checked(url: string, from: string): FoundAddress {
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (isHttp) return { ok: true, url };
  return { ok: false, isUsage: true, sentence: `${from} must be an address like http://127.0.0.1:8080, not "${url}"` };
}

function readAddress(path: string): string | undefined {
  try {
    const { url } = JSON.parse(readFileSync(path, "utf8")) as { url?: unknown };
    return typeof url === "string" ? url : undefined;
  } catch {
    return undefined;
  }
}
