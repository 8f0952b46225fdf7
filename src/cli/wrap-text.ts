/** Breaks text into lines of a width, between words where there are any. */

/** Never empty. Words longer than a line are cut; `width` counts characters and is at least 1. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = Array.from(text);
  while (rest.length > width) {
    const space = rest.slice(0, width + 1).lastIndexOf(' ');
    // A space near the beginning would leave most of the line empty.
    const end = space > width / 2 ? space : width;
    lines.push(rest.slice(0, end).join(''));
    rest = rest.slice(space > width / 2 ? end + 1 : end);
  }
  return [...lines, rest.join('')];
}
