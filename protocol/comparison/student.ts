/** Student's distribution, for intervals of means: the engine's of differences and those around curves. */

/** The t with Student's distribution function of `degrees` at p, for 0.5 < p < 1. */
export function tQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (tBelow(high, degrees) < p) high *= 2;
  // Halved until neighbouring numbers are reached, or almost.
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (tBelow(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Student's distribution function for t ≥ 0 and whole degrees, as a finite sum (Abramowitz and Stegun 26.7.3 and 26.7.4):
 * with θ = atan(t/√ν), A = P(|T| < t).
 */
function tBelow(t: number, degrees: number): number {
  const theta = Math.atan(t / Math.sqrt(degrees));
  const cos2 = Math.cos(theta) ** 2;
  const odd = degrees % 2 === 1;
  let term = odd ? Math.cos(theta) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cos2 * (k - 1)) / k;
    sum += term;
  }
  const inside = odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  return 0.5 + inside / 2;
}
