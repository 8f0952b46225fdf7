/** What one configuration has and another has not, section by section: `+` for what comes, `-` for what goes. */

interface Section {
  readonly head: string;
  readonly lines: readonly string[];
}

const FRAMING = /^\s*(!.*|end|version .*|boot-(start|end)-marker)?$/;

function sectionsOf(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, { head: string; lines: string[] }>();
  let current: { head: string; lines: string[] } | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (FRAMING.test(line)) continue;
    if (line.startsWith(' ')) current?.lines.push(line);
    else {
      current = { head: line, lines: [] };
      sections.set(line, current);
    }
  }
  return sections;
}

/** Lines of one that the other lacks, below the head of their section. */
function missingIn(
  one: ReadonlyMap<string, Section>,
  other: ReadonlyMap<string, Section>,
  sign: '+' | '-',
): readonly string[] {
  return [...one.values()].flatMap(({ head, lines }) => {
    const counterpart = other.get(head);
    if (counterpart === undefined) return [`${sign}${head}`, ...lines.map((line) => `${sign}${line}`)];
    const gone = lines.filter((line) => !counterpart.lines.includes(line));
    return gone.length === 0 ? [] : [head, ...gone.map((line) => `${sign}${line}`)];
  });
}

/** Lines with `\n` behind each; empty where nothing differs. */
export function configurationDifferences(before: string, after: string): string {
  const [one, other] = [sectionsOf(before), sectionsOf(after)];
  return [...missingIn(other, one, '+'), ...missingIn(one, other, '-')].map((line) => `${line}\n`).join('');
}
