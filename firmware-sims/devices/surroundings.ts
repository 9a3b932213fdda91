/** What a device feels of the site it stands in. One struct a site, refreshed in place every step. */
export interface Surroundings {
  frequencyHz: number;
  /** At the site, per unit of nominal; 0 behind an open breaker. */
  voltagePu: number;
  ambientC: number;
}
