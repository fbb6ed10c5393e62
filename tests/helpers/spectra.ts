// How exactly a spectrum can be known in double precision.

/**
 * Rounding of a frequency, THz, in a spectrum of `count` modes up to `largest`: an eigensolver is backward stable, so a curvature is
 * off by up to δλ = count · ε · λ_max, and f = √λ turns that into δλ/2f, or √δλ where f itself is zero.
 */
export function roundingOfFrequency(frequency: number, { count, largest }: { count: number; largest: number }): number {
  const relative = count * Number.EPSILON;
  return (relative * largest ** 2) / Math.max(Math.abs(frequency), Math.sqrt(relative) * largest);
}
