import { type OperatorRequest, refusal } from "./request.ts";

/** What the disk holds, how fast it fills, and how long its budget lasts without the cloud. */
export const store: OperatorRequest<object> = {
  op: "store",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { config, store, view }, answer) =>
    store.stats((stats) => {
      const { siteId, nowMs, isStoring, heldRecords } = view();
      if (!stats.ok) answer(refusal(stats.error));
      else {
        const { file } = config.store;
        answer({ version: 1, site: siteId, timeMs: nowMs, file, storing: isStoring, heldRecords, ...stats.value });
      }
    }),
};
