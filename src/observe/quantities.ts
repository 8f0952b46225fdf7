/** Durations, sizes and rates as people read them. */

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `950 bytes`, `83.3 MiB`. */
export function sizeText(sizeBytes: number): string {
  const step = sizeBytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(sizeBytes) / 10));
  return `${step === 0 ? sizeBytes : (sizeBytes / 1024 ** step).toFixed(1)} ${UNITS[step] ?? 'bytes'}`;
}

/** `12 ms`, `3.4 s`, `5 min 7 s`. */
export function durationText(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Bytes a second; 0 when no time passed. */
export const rateOf = (bytes: number, durationMs: number): number =>
  durationMs > 0 ? Math.round((bytes * 1000) / durationMs) : 0;
