import type { Ms } from "@penstock/protocol/units";
import type { MapCommands, MapIdentity, MapSource } from "./map-document.ts";
import type { RegisterTypeName, WordOrder } from "./register-value.ts";
import type { MapUnit } from "./units-of-map.ts";

/** A device as its map describes it, checked and with defaults filled in. Plain data: it crosses threads. */
export interface MappedDevice {
  readonly name: string;
  readonly kind: "unit" | "meter";
  readonly readGaps: number;
  readonly identity: MapIdentity;
  readonly points: Readonly<Record<string, MappedPoint>>;
  /** Field of the image → where it comes from. */
  readonly image: Readonly<Record<string, MapSource | undefined>>;
  readonly commands: MapCommands | undefined;
  /** Where the registers stand for nodes of an OPC UA server: four a node, a float64, most significant word first. */
  readonly nodes: readonly MappedNode[] | undefined;
}

export interface MappedPoint {
  readonly name: string;
  readonly address: number;
  readonly type: RegisterTypeName;
  readonly table: "holding" | "input";
  readonly wordOrder: WordOrder;
  readonly unit: MapUnit;
  readonly scale: number;
  readonly sign: 1 | -1;
  readonly access: "r" | "rw";
  readonly missing: readonly number[];
  /** In `unit`. */
  readonly plausible: readonly [number, number] | undefined;
  readonly fallback: number | undefined;
  readonly values: Readonly<Record<string, string>> | undefined;
  readonly everyS: number | undefined;
}

export interface MappedNode {
  readonly address: number;
  readonly namespace: string;
  readonly path: string;
  /** By the server's own account, server minus source timestamp; a value that is older is no value. */
  readonly sourceAgeMsMax?: Ms;
}
