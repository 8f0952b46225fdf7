/** The answer to FEAT (RFC 2389 §3.2) as a table. */

/** Most features that are kept: real servers have some forty. */
const MAX_FEATURES = 1000;

/** The lines of the reply to names in upper case, each with what stands behind it; of two lines for one name both stay. */
export function parseFeatures(lines: readonly string[]): ReadonlyMap<string, string> {
  const features = new Map<string, string>();
  // The first and the last line are about the list.
  for (const line of lines.slice(1, -1)) {
    const [, name, rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(line.trimEnd()) ?? [];
    if (name === undefined || features.size >= MAX_FEATURES) continue;
    const key = name.toUpperCase();
    const before = features.get(key);
    features.set(key, before === undefined || before === '' ? rest : `${before};${rest}`);
  }
  return features;
}

/** The directory in the text of a 257 (RFC 959 Appendix II): in quotes, a quote inside doubled. `undefined` without one. */
export function parseQuotedPath(text: string): string | undefined {
  const start = text.indexOf('"');
  if (start < 0) return undefined;
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 2))
    if (text[end + 1] !== '"') return text.slice(start + 1, end).replaceAll('""', '"');
  return undefined;
}
