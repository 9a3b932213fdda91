import type { DeskAct } from "@penstock/protocol/fleet";
import { dayAndTime } from "./format.ts";

/** Over everything while the algorithm is stopped: by whom, when and why. */
export function KillBanner({ kill }: { readonly kill: DeskAct }) {
  return (
    <p class="banner banner-bad" role="alert">
      <b>The algorithm is stopped</b> by {kill.by} since {dayAndTime(kill.atMs)} UTC: {kill.why}. People may still bid.
      An approver other than {kill.by} clears it.
    </p>
  );
}
