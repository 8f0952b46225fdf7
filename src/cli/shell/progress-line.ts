/** One line at the terminal that tells how a copy goes on, written over and over. */
import { printable } from '../../base/escape.ts';
import type { CopyEvent } from '../../files/copy/copy.ts';
import { durationText, sizeText } from '../../observe/quantities.ts';

const CLEAR = '\r\u001b[K';

const baseOf = (label: string): string => printable(label.slice(label.lastIndexOf('/') + 1));

function progressText({ to, bytes, sizeBytes, bytesPerSecond }: Extract<CopyEvent, { kind: 'progress' }>): string {
  const share = sizeBytes > 0 ? `${Math.min(100, Math.floor((bytes / sizeBytes) * 100))} %` : sizeText(bytes);
  const left = bytesPerSecond > 0 ? `, ${durationText(((sizeBytes - bytes) / bytesPerSecond) * 1000)} left` : '';
  return `${baseOf(to)}  ${share}  ${sizeText(bytesPerSecond)}/s${left}`;
}

/** What to write for an event, or `undefined` for one that changes nothing. */
export function progressLine(event: CopyEvent, columns: number): string | undefined {
  if (event.kind === 'progress') return CLEAR + progressText(event).slice(0, Math.max(10, columns - 1));
  if (event.kind === 'retrying') return `${CLEAR}${baseOf(event.to)}: ${printable(event.reason)}; once more\n`;
  if (event.kind === 'finished' || event.kind === 'failed') return CLEAR;
  return undefined;
}
