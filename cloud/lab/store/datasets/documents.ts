import { bitemporal, type DocumentDataset, timesOf } from "../dataset.ts";

const columns = {
  ...bitemporal,
  document_kind: "text",
  document_id: "text",
  trading_unit: "text",
  site: "text",
  body_json: "text",
} as const;

/** Documents of a kind that has no table of its own (gate decisions, alarms, those of a later version): nothing is left out. */
export const documentsOf = (kind: string): DocumentDataset<typeof columns> => ({
  name: "documents",
  kind,
  text: "documents of other kinds: gate decisions, alarms; their bodies are JSON",
  columns,
  partition: "document_kind",
  rowsOf: (entry) => [
    {
      ...timesOf(entry),
      document_kind: kind,
      document_id: entry.id,
      trading_unit: entry.unitId ?? null,
      site: entry.siteId ?? null,
      body_json: JSON.stringify(entry.body),
    },
  ],
});
