export { Alarms } from "./alarms.ts";
export type { AlarmNotice, BidOutcome, BidUpdate, FleetInput, MarketTick } from "./fleet-input.ts";
export { FleetModel, type FleetModelOptions } from "./fleet-model.ts";
export { FleetPublisher } from "./fleet-publisher.ts";
export { type FleetHttp, type FleetHttpOptions, fleetHttp } from "./http-api.ts";
export { type KnownPerson, People, TOKEN_LENGTH_MIN } from "./people.ts";
