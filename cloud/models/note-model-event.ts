import { describeError } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { instantText } from "../desk/bid-record.ts";
import type { DeskAlarm } from "../desk/desk.ts";
import { forecastDocument } from "../desk/forecast-document.ts";
import type { Journal } from "../desk/journal.ts";
import type { ModelEvent } from "./model-service.ts";

export interface ModelNotes {
  readonly journal: Journal;
  /** Wall time. */
  readonly nowMs: UtcMs;
  /** The market interval that is on. */
  readonly intervalStartMs: UtcMs;
  readonly alarm: (alarm: DeskAlarm) => void;
}

/** Writes down what a shadow said, and alarms when the champion does not speak. */
export function noteModelEvent(event: ModelEvent, { journal, nowMs, intervalStartMs, alarm }: ModelNotes): void {
  if (event.type === "fallen-back") {
    const body: DeskAlarm = { code: event.error.code, text: describeError(event.error), intervalStartMs };
    const id = `alarm.models.${instantText(intervalStartMs)}.${body.code}`;
    journal.append({ kind: "desk-alarm", id, knownAtMs: nowMs, intervalStartMs, body });
    alarm(body);
    return;
  }
  const { model, forecast } = event;
  journal.append({
    kind: "shadow-forecast",
    id: `shadow.${model}.${forecast.ok ? forecast.value.asOfMs : nowMs}`,
    knownAtMs: nowMs,
    intervalStartMs: forecast.ok ? forecast.value.startMs : intervalStartMs,
    body: forecast.ok ? forecastDocument(forecast.value, 0) : { forecaster: model, error: forecast.error },
  });
}
