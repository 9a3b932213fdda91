import { Rng } from "@penstock/protocol/rng";
import type { Clock } from "@penstock/protocol/time";
import { minutes, seconds } from "@penstock/protocol/units";
import type { MarketOperator } from "../desk/market-operator.ts";
import type { FleetInput } from "../fleet/index.ts";
import { httpOperator } from "./http-operator.ts";
import { RetryingOperator } from "./retrying-operator.ts";

/** Where an operator answers and how long it is waited for, as the process configuration says it. */
export interface OperatorSetting {
  readonly url: string;
  readonly timeoutS: number;
  readonly giveUpAfterS: number;
}

/** The operator behind an address: over HTTP, asked again until it answers. A line that gives up is an alarm. */
export function operatorAt(
  { url, timeoutS, giveUpAfterS }: OperatorSetting,
  clock: Clock,
  fleet: Pick<FleetInput, "alarm">,
): MarketOperator {
  return new RetryingOperator({
    clock,
    rng: new Rng(`operator ${url} ${clock.nowMs()}`),
    line: httpOperator({ url, timeoutMs: seconds(timeoutS) }),
    giveUpAfterMs: seconds(giveUpAfterS),
    onEvent: ({ code, key, attempts, cause }) => {
      process.stderr.write(`${JSON.stringify({ code, key, attempts, cause })}\n`);
      if (code !== "submission.given-up") return;
      const text = `${new URL(url).host} did not answer ${attempts} attempts: ${cause ?? "no cause known"}`;
      fleet.alarm({ error: { code: "operator.unreachable" }, text, standsMs: minutes(10) });
    },
  });
}
