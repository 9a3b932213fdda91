import { configLook, isDocument } from "./config-request.ts";

/** What a text would change, and whether the site takes it at all. */
export const configPropose = configLook(
  "config-propose",
  ({ text }) => (isDocument(text) ? { text } : undefined),
  (desk, { text }) => desk.propose(text),
);
