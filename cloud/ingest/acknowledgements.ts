import type { StreamKey, StreamLedger } from "../store/index.ts";

/** What a site is told: we hold everything of this stream up to and including this number. */
export interface Acknowledgement {
  readonly epoch: string;
  readonly stream: string;
  readonly upTo: number;
}

/**
 * What remains to be acknowledged to each site. An acknowledgement is cumulative, so a newer one takes the place
 * of an older and a lost one does no harm: what the site then sends again is acknowledged again.
 */
export class Acknowledgements {
  readonly #due = new Map<string, Map<string, Acknowledgement>>();

  /** After a commit, also of what had come before. */
  owe({ siteId, epoch, stream, completeUpTo }: StreamKey & Pick<StreamLedger, "completeUpTo">): void {
    if (completeUpTo === 0) return;
    const site = this.#due.get(siteId) ?? new Map<string, Acknowledgement>();
    this.#due.set(siteId, site);
    site.set(`${epoch}\n${stream}`, { epoch, stream, upTo: completeUpTo });
  }

  /** Sites that are owed one. */
  sites(): readonly string[] {
    return [...this.#due.keys()];
  }

  dueTo(siteId: string): readonly Acknowledgement[] {
    return [...(this.#due.get(siteId)?.values() ?? [])];
  }

  sent(siteId: string): void {
    this.#due.delete(siteId);
  }
}
