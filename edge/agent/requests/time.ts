import type { OperatorRequest } from "./request.ts";

/** Both clocks of the agent, and whether leases may trust the wall. */
export const time: OperatorRequest<object> = {
  op: "time",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { config, view }, answer) => {
    const { siteId, nowMs, monotonicMs, site, isClockTrusted } = view();
    answer({
      version: 1,
      site: siteId,
      timeMs: nowMs,
      upForMs: Math.round(monotonicMs),
      isClockTrusted: isClockTrusted ?? null,
      clockSkewMsMax: config.cloud?.clockSkewMs ?? null,
      loop: site?.loop ?? null,
      devices: [...(site?.devices ?? []), ...(site?.plantTalk ? [site.plantTalk] : [])].flatMap(
        ({ id, clockSkewMs: skewMs }) => (skewMs === undefined ? [] : [{ id, skewMs: Math.round(skewMs) }]),
      ),
      statusAgeMs: site === undefined ? null : Math.max(0, nowMs - site.timeMs),
    });
  },
};
