import type { SiteConfig } from "./site-config.ts";

/** The field that would change and cannot while the site runs: which site it is, its store, its socket. */
export function fixedField(running: SiteConfig, next: SiteConfig): string | undefined {
  if (next.siteId !== running.siteId) return "site";
  if (next.store.file !== running.store.file) return "store.file";
  return next.socket === running.socket ? undefined : "socket";
}
