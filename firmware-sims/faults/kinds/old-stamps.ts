import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** A gateway that repeats what it heard last: values stand still, and so do their source times. */
export interface OldStamps extends Lasting {
  readonly kind: "old-stamps";
  /** Whether the server's own time stands as well. */
  readonly server: boolean;
}

export const oldStamps: FaultDefinition<OldStamps> = {
  kind: "old-stamps",
  text: "the plant's values and source times stand still; with server: true the server's time too",
  needs: [],
  parse: (fields) => ({ kind: "old-stamps", server: fields["server"] === true, ...lasting(fields) }),
  begin: () => "not-applicable",
  beginOnPlant(plant, { server }) {
    plant.freeze();
    plant.trouble.stamps = server ? "all-stand" : "source-stands";
  },
};
