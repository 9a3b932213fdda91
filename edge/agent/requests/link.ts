import type { CloudConfig } from "../../config/site-config.ts";
import type { OperatorRequest } from "./request.ts";

/** The way to the cloud: who, since when, and what still waits to be sent. */
export const link: OperatorRequest<object> = {
  op: "link",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { config, view }, answer) => {
    const { siteId, nowMs, monotonicMs, sync } = view();
    const { cloud } = config;
    answer({
      version: 1,
      site: siteId,
      timeMs: nowMs,
      cloud: cloud === undefined ? null : cloudReport(cloud),
      link: sync ?? null,
      onlineForMs: sync?.onlineSinceMs === undefined ? null : Math.round(monotonicMs - sync.onlineSinceMs),
    });
  },
};

/** Never the password: only where it lies. */
function cloudReport({ brokerUrl, username, groupId, nodeId, primaryHostId, leaseKeys }: CloudConfig) {
  return {
    brokerUrl: withoutSecrets(brokerUrl),
    username,
    groupId,
    nodeId,
    primaryHostId: primaryHostId ?? null,
    leaseKeyIds: leaseKeys.map(({ keyId }) => keyId),
  };
}

const withoutSecrets = (url: string): string => url.replace(/\/\/[^@/]*@/, "//");
