import { configLook, wholeOrNone } from "./config-request.ts";

/** One revision in full: the running one unless `revision` names another. */
export const configShow = configLook(
  "config-show",
  ({ revision }) => {
    const number = wholeOrNone(revision);
    return Number.isNaN(number) ? undefined : { number };
  },
  (desk, { number }) => {
    const shown = desk.show(number);
    return shown.ok ? { ok: true, value: { revision: shown.value } } : shown;
  },
);
