import type { SiteAccess } from "./site-access.ts";

/** Somebody asked to end a step that is under way: what the step has changed is put back on the way out. */
export class Interrupted extends Error {
  constructor() {
    super("the step was ended by somebody");
  }
}

/**
 * A step's access that can be ended from outside: the wait it is in, or the next one, throws, and the step's own
 * `finally` puts back what it changed, for which asking goes on working.
 */
export function interruptible(site: SiteAccess): { readonly site: SiteAccess; interrupt(): void } {
  let isInterrupted = false;
  let wake = () => {};
  return {
    site: {
      ...site,
      async waitMs(durationMs) {
        if (isInterrupted) throw new Interrupted();
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([site.waitMs(durationMs), woken]);
        if (isInterrupted) throw new Interrupted();
      },
    },
    interrupt() {
      isInterrupted = true;
      wake();
    },
  };
}
