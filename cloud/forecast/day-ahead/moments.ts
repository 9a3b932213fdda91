/**
 * Sums over a window of rows, kept up to date as rows enter and leave: Σ x xᵀ, Σ x yᵀ, Σ x, Σ y, Σ y². From them come
 * the standardised Gram matrix and correlations of every target at once.
 */
export class Moments {
  readonly inputs: number;
  readonly targets: number;
  #count = 0;
  readonly #xx: Float64Array;
  readonly #xy: Float64Array;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #yy: Float64Array;

  constructor(inputs: number, targets: number) {
    this.inputs = inputs;
    this.targets = targets;
    this.#xx = new Float64Array(inputs * inputs);
    this.#xy = new Float64Array(inputs * targets);
    this.#x = new Float64Array(inputs);
    this.#y = new Float64Array(targets);
    this.#yy = new Float64Array(targets);
  }

  add(x: Float64Array, y: Float64Array): void {
    this.#update(x, y, 1);
  }

  remove(x: Float64Array, y: Float64Array): void {
    this.#update(x, y, -1);
  }

  #update(x: Float64Array, y: Float64Array, weight: number): void {
    const { inputs, targets } = this;
    const xx = this.#xx;
    const xy = this.#xy;
    this.#count += weight;
    for (let i = 0; i < inputs; i++) {
      const weighted = weight * (x[i] as number);
      if (weighted === 0) continue;
      this.#x[i] = (this.#x[i] as number) + weighted;
      const row = i * inputs;
      // The lower triangle only; the upper is its mirror.
      for (let j = 0; j <= i; j++) xx[row + j] = (xx[row + j] as number) + weighted * (x[j] as number);
      const targetRow = i * targets;
      for (let h = 0; h < targets; h++) {
        xy[targetRow + h] = (xy[targetRow + h] as number) + weighted * (y[h] as number);
      }
    }
    for (let h = 0; h < targets; h++) {
      const value = y[h] as number;
      this.#y[h] = (this.#y[h] as number) + weight * value;
      this.#yy[h] = (this.#yy[h] as number) + weight * value * value;
    }
  }

  /** Inputs centred and scaled to variance 1 (a constant one to 0), targets centred. */
  standardised(): Standardised {
    const { inputs, targets } = this;
    const n = this.#count;
    const mean = this.#x.map((sum) => sum / n);
    const targetMean = this.#y.map((sum) => sum / n);
    const scale = new Float64Array(inputs);
    for (let i = 0; i < inputs; i++) {
      const variance = (this.#xx[i * inputs + i] as number) / n - (mean[i] as number) ** 2;
      scale[i] = variance > 1e-10 ? 1 / Math.sqrt(variance) : 0;
    }
    const gram = new Float64Array(inputs * inputs);
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j <= i; j++) {
        const covariance = (this.#xx[i * inputs + j] as number) / n - (mean[i] as number) * (mean[j] as number);
        const value = covariance * (scale[i] as number) * (scale[j] as number);
        gram[i * inputs + j] = value;
        gram[j * inputs + i] = value;
      }
    }
    const correlations = Array.from({ length: targets }, (_, h) =>
      Float64Array.from({ length: inputs }, (_, i) => {
        const covariance = (this.#xy[i * targets + h] as number) / n - (mean[i] as number) * (targetMean[h] as number);
        return covariance * (scale[i] as number);
      }),
    );
    const targetVariance = this.#yy.map((sum, h) => sum / n - (targetMean[h] as number) ** 2);
    return { count: n, mean, scale, gram, correlations, targetMean, targetVariance };
  }
}

export interface Standardised {
  readonly count: number;
  readonly mean: Float64Array;
  /** What a centred input is multiplied by. */
  readonly scale: Float64Array;
  /** XᵀX / n of the standardised inputs, row by row. */
  readonly gram: Float64Array;
  /** Xᵀy / n, one array a target. */
  readonly correlations: readonly Float64Array[];
  readonly targetMean: Float64Array;
  readonly targetVariance: Float64Array;
}
