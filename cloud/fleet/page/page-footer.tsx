import type { SiteDocument, SummaryDocument } from "@penstock/protocol/fleet";
import { clockTimeS, decimal } from "./format.ts";

interface PageFooterProps {
  readonly summary: SummaryDocument;
  readonly sites: readonly SiteDocument[];
}

/** The promise of the wire, in figures. */
export function PageFooter({ summary, sites }: PageFooterProps) {
  const { stored, missing, redelivered, quarantined } = summary.records;
  const complete = sites.flatMap(({ completeUpToMs }) => completeUpToMs ?? []);
  const unknown = sites.length - complete.length;
  return (
    <footer class="page-footer">
      <span>
        Records <b>{decimal(stored, 0)}</b> stored
      </span>
      <span class={missing > 0 ? "is-warning" : ""}>
        <b>{decimal(missing, 0)}</b> missing
      </span>
      <span>
        <b>{decimal(redelivered, 0)}</b> came twice and count once
      </span>
      {quarantined > 0 && (
        <span class="is-warning">
          <b>{decimal(quarantined, 0)}</b> in quarantine
        </span>
      )}
      {unknown > 0 && (
        <span class="is-warning">
          <b>{unknown}</b> {unknown === 1 ? "site has" : "sites have"} a stream not heard yet
        </span>
      )}
      {complete.length > 0 && (
        <span>
          {unknown > 0 ? "The others" : "Every site"} complete up to <b>{clockTimeS(Math.min(...complete))}</b> UTC
        </span>
      )}
      <span class="page-footer-sign">Power is positive out of the battery: discharge, export, sale.</span>
    </footer>
  );
}
