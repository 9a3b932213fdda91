import type { OperatorRequest } from "./request.ts";

/** Where this site's recordings and evidence lie; whoever asks reads the files. Null where none are kept. */
export const recordings: OperatorRequest<object> = {
  op: "recordings",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { config, view }, answer) => {
    answer({ version: 1, site: view().siteId, folder: config.recorder?.folder ?? null });
  },
};
