import { configLook } from "./config-request.ts";

/** Every revision that is kept, without its text: who, when, why, and what became of it. */
export const configHistory = configLook(
  "config-history",
  () => ({}),
  (desk) => ({ ok: true, value: { revisions: desk.history().map(({ text: _, ...revision }) => revision) } }),
);
