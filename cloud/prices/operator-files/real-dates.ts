/** Whether `2025-02-28` is a day of the calendar; the 30th of February is none, though `Date` takes it for a day of March. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const instantMs = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(instantMs) && new Date(instantMs).getUTCDate() === Number(text.slice(8));
}

/** The instant a clock of UTC shows `2025-02-28T07:05:00`; undefined for anything that is no such moment. */
export function utcOfStamp(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}$/.test(text) || !isDate(text.slice(0, 10))) return undefined;
  const instantMs = Date.parse(`${text}Z`);
  return Number.isFinite(instantMs) ? instantMs : undefined;
}
