/** Ratios of a split that agree to this relative distance are the same. */
export const SAME_RATIO = 1e-6;

/** `4:1`, `1:20`, `3:2`; a ratio that is no small fraction as it is. */
export function ratioText(ratio: number): string {
  for (let below = 1; below <= 100; below++) {
    const above = ratio * below;
    if (Math.abs(above - Math.round(above)) < SAME_RATIO * above) return `${Math.round(above)}:${below}`;
  }
  const inverse = 1 / ratio;
  if (Math.abs(inverse - Math.round(inverse)) < SAME_RATIO * inverse) return `1:${Math.round(inverse)}`;
  return String(ratio);
}
