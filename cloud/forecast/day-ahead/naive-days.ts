import type { DayAheadModel } from "./day-ahead-model.ts";

/** The same weekday a week before: what relative errors are relative to. */
export const lastWeek: DayAheadModel = {
  name: "last-week",
  module: import.meta.url,
  daysMin: 7,
  begin: () => ({ forecast: (view) => view.prices(view.day - 7).slice() }),
};

/** The day before on Tuesday to Friday, the week before from Saturday to Monday. */
export const similarDay: DayAheadModel = {
  name: "similar-day",
  module: import.meta.url,
  daysMin: 7,
  begin: () => ({
    forecast(view) {
      const weekday = view.weekday(view.day);
      return view.prices(view.day - (weekday >= 2 && weekday <= 5 ? 1 : 7)).slice();
    },
  }),
};
