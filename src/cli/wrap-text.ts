/** Breaks text into lines of a width, between words where there are any. */

/**
 * Never empty. Words longer than a line are cut; `width` counts characters. Lines after the first begin with `indent`
 * spaces, which count, too.
 */
export function wrapText(text: string, width: number, indent = 0): readonly string[] {
  const lines: string[] = [];
  let rest = Array.from(text);
  for (;;) {
    const margin = lines.length === 0 ? 0 : indent;
    const room = Math.max(1, width - margin);
    const space = rest.slice(0, room + 1).lastIndexOf(' ');
    // A space near the beginning would leave most of the line empty.
    const isBroken = space > room / 4;
    const end = rest.length <= room ? rest.length : isBroken ? space : room;
    lines.push(' '.repeat(margin) + rest.slice(0, end).join(''));
    if (end === rest.length) return lines;
    rest = rest.slice(isBroken ? end + 1 : end);
  }
}
