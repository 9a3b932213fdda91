import { type PlantQuality, plantQualities } from "../../devices/plant-controller.ts";
import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** Every value comes with a status that is not Good, and with a number all the same. */
export interface BadQuality extends Lasting {
  readonly kind: "bad-quality";
  readonly status: PlantQuality;
}

export const badQuality: FaultDefinition<BadQuality> = {
  kind: "bad-quality",
  text: `the plant's values say ${plantQualities.slice(1).join(" or ")}, numbers and all`,
  needs: ["status"],
  parse(fields) {
    const status = plantQualities.find((quality) => quality === fields["status"]);
    return status === undefined ? undefined : { kind: "bad-quality", status, ...lasting(fields) };
  },
  begin: () => "not-applicable",
  beginOnPlant(plant, { status }) {
    plant.trouble.quality = status;
  },
};
