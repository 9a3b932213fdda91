import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { MappedDevice } from "../devices/mapped/mapped-device.ts";
import { type ReadText, readDeviceMaps } from "./device-maps.ts";
import { filesBeside } from "./files-beside.ts";
import { readDocument } from "./read-document.ts";
import type { SiteConfig } from "./site-config.ts";
import { sayTo, siteContradictions } from "./site-contradictions.ts";
import { siteDocument } from "./site-document.ts";
import { toSiteConfig } from "./to-site-config.ts";

export interface SiteConfigError extends CodedError {
  readonly code: "config.unreadable" | "config.invalid";
  /** One line an issue: `file:line:column: path message`. */
  readonly text: string;
}

/** Reads a site's YAML file. Relative paths inside it count from the file's own folder. */
export function loadSiteConfig(file: string): Result<SiteConfig, SiteConfigError> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return fail({ code: "config.unreadable", text: `${file}: cannot be read: ${detail}` });
  }
  const folder = dirname(resolve(file));
  return parseSiteConfig(text, { file, folder, readText: filesBeside(folder) });
}

/** The same from text; pure. `folder` is what relative paths count from, `readText` how device maps are had. */
export function parseSiteConfig(
  text: string,
  {
    file,
    folder,
    readText = NO_FILES,
  }: { readonly file: string; readonly folder: string; readonly readText?: ReadText },
): Result<SiteConfig, SiteConfigError> {
  const read = readDocument(text, siteDocument);
  const issues = read.ok ? siteContradictions(read.value, read.at) : [...read.issues];
  const maps = read.ok ? readDeviceMaps(read.value, readText, sayTo(issues, read.at)) : new Map<string, MappedDevice>();
  if (!read.ok || issues.length > 0) {
    const said = issues.map(
      ({ line, column, path, message }) => `${file}:${line}:${column}: ${`${path} ${message}`.trim()}`,
    );
    return fail({ code: "config.invalid", text: said.join("\n"), issues });
  }
  return ok(toSiteConfig(read.value, maps, (path) => resolve(folder, path)));
}

const NO_FILES: ReadText = () => ({ ok: false, why: "there are no files here" });
