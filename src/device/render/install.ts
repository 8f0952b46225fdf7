/** `show install summary` and its kin. */

const RULE = '-'.repeat(80);

export interface Installed {
  readonly rows: readonly string[];
  /** Which rows they are: `summary`, `active` and so on. */
  readonly kind: string;
  /** What the timer does. */
  readonly timer: string;
}

const titleOf = (kind: string): string =>
  kind === 'summary' ? 'Installed' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;

export function installedText({ rows, kind, timer }: Installed): string {
  return [
    `[ Switch 1 ] ${titleOf(kind)} Package(s) Information:`,
    'State (St): I - Inactive, U - Activated & Uncommitted,',
    '            C - Activated & Committed, D - Deactivated & Uncommitted',
    RULE,
    'Type  St   Filename/Version',
    RULE,
    ...rows,
    '',
    RULE,
    `Auto abort timer: ${timer}`,
    RULE,
    '',
  ].join('\n');
}

/** `01:59:58`. */
export function timeLeftText(leftMs: number): string {
  const seconds = Math.floor(leftMs / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
