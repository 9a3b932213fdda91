import type { Model } from "../define-model.ts";
import { basicSettings } from "./basic-settings.ts";
import { basicStorageControl } from "./basic-storage-control.ts";
import { battery } from "./battery.ts";
import { batteryBank } from "./battery-bank.ts";
import { common } from "./common.ts";
import { derCapacity } from "./der-capacity.ts";
import { derControls } from "./der-controls.ts";
import { derDc } from "./der-dc.ts";
import { derEnterService } from "./der-enter-service.ts";
import { derHeartbeat } from "./der-heartbeat.ts";
import { derMeasurement } from "./der-measurement.ts";
import { derStorage } from "./der-storage.ts";
import { extendedStatus } from "./extended-status.ts";
import { immediateControls } from "./immediate-controls.ts";
import { inverter } from "./inverter.ts";
import { inverterFloat } from "./inverter-float.ts";
import { meter } from "./meter.ts";
import { meterFloat } from "./meter-float.ts";
import { nameplate } from "./nameplate.ts";

/** Every model we know, by its SunSpec id. Several ids share a layout: only which phases mean anything differs. */
export const models: ReadonlyMap<number, Model> = new Map(
  [
    common,
    { ...inverter, id: 101 },
    { ...inverter, id: 102 },
    inverter,
    { ...inverterFloat, id: 111 },
    { ...inverterFloat, id: 112 },
    inverterFloat,
    nameplate,
    basicSettings,
    extendedStatus,
    immediateControls,
    basicStorageControl,
    { ...meter, id: 201 },
    { ...meter, id: 202 },
    meter,
    { ...meter, id: 204 },
    { ...meterFloat, id: 211 },
    { ...meterFloat, id: 212 },
    meterFloat,
    { ...meterFloat, id: 214 },
    derMeasurement,
    derCapacity,
    derEnterService,
    derControls,
    derStorage,
    derDc,
    derHeartbeat,
    battery,
    batteryBank,
  ].map((model) => [model.id, model]),
);
