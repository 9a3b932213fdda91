import type { MarketDocument } from "@penstock/protocol/fleet";
import { dayAndTime } from "./format.ts";

interface PageHeaderProps {
  readonly market: MarketDocument | undefined;
  readonly isLive: boolean;
}

export function PageHeader({ market, isLive }: PageHeaderProps) {
  return (
    <header class="page-header">
      <h1>
        <img src="/icon.svg" alt="" width="26" height="26" />
        Penstock <span>fleet</span>
      </h1>
      <p class="page-header-state">
        {market !== undefined && (
          <span>
            Market time <b>{dayAndTime(market.marketTimeMs)}</b> UTC
            {market.marketSpeed !== 1 && <span class="tag">{market.marketSpeed}× real time</span>}
          </span>
        )}
        <span class={isLive ? "live" : "live live-lost"}>{isLive ? "Live" : "Reconnecting"}</span>
      </p>
    </header>
  );
}
