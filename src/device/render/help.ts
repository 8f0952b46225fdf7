/** The text that `?` shows. */
import type { Help } from '../grammar/help.ts';

const INDENT = 2;
/** Words stand in columns when they are listed alone. */
const WORD_COLUMN = 2;

export function helpText(help: Help, line: string, promptLength: number): string {
  if (help.kind === 'ambiguous') return `% Ambiguous command:  "${line}"\n`;
  if (help.kind === 'unknown') {
    if (!/\s/.test(line.trim())) return '% Unrecognized command\n';
    return `${' '.repeat(promptLength + help.column)}^\n% Invalid input detected at '^' marker.\n\n`;
  }
  if (help.kind === 'words') return `${help.words.join(' '.repeat(WORD_COLUMN))}\n\n`;
  const width = Math.max(4, ...help.entries.map(({ shown }) => shown.length));
  const lines = help.entries.map(({ shown, meaning }) =>
    `${' '.repeat(INDENT)}${shown.padEnd(width)}  ${meaning}`.trimEnd(),
  );
  return `${lines.join('\n')}\n\n`;
}
