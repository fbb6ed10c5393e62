/** A sampled number with the standard error of its mean. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
  readonly unit: string;
}
