export { Ingest, type IngestOptions, type IngestSite } from "./ingest.ts";
export type { EdgeEvent, IngestEvent, SiteValue } from "./ingest-events.ts";
export { type DataMessage, recordMarks, type SplitMessage, splitRecords } from "./split-records.ts";
