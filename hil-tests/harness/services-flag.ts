import { readDocument } from "@penstock/edge/config/read-document.ts";
import { serviceDocument } from "@penstock/edge/config/services-document.ts";
import { isSiteName, siteNames } from "@penstock/firmware-sims/sites/index.ts";
import { fail, ok, type Result } from "@penstock/protocol/result";
import type { SiteName } from "./scene.ts";
import type { ServicesBySite } from "./site-config.ts";

/** For `--help` of whatever runs sites. */
export const SERVICES_FLAG_HELP = `  --service SITE:{…}  contract a site for a service, as its file would say it; may be repeated`;

/** `park:{ kind: nesoDcLow, contractedMW: 5 }`, each after the others. The loader of the site's file has the last word. */
export function servicesFlag(
  texts: readonly string[],
): Result<ServicesBySite, { readonly code: "services.bad-flag"; readonly text: string }> {
  const bySite: { [Name in SiteName]?: NonNullable<ServicesBySite[Name]> } = {};
  for (const text of texts) {
    const colon = text.indexOf(":");
    const site = text.slice(0, colon);
    const refused = (why: string) =>
      fail({ code: "services.bad-flag" as const, text: `--service wants SITE:{ kind: …, contractedMW: … }: ${why}` });
    if (!isSiteName(site)) return refused(`"${site}" is no site; one of ${siteNames.join(", ")}`);
    const read = readDocument(text.slice(colon + 1), serviceDocument);
    if (!read.ok) return refused(read.issues.map(({ path, message }) => `${path} ${message}`.trim()).join("; "));
    bySite[site] = [...(bySite[site] ?? []), read.value];
  }
  return ok(bySite);
}
