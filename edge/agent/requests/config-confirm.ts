import { configChange } from "./config-request.ts";

/** The running revision stays. */
export const configConfirm = configChange(
  "config-confirm",
  () => ({}),
  (desk, { by }, done) => desk.confirm(by, done),
);
