/** A line as fields with blanks between them: cut in one pass, however long the blanks are. */

export interface Field {
  readonly text: string;
  /** Where it begins and ends in the line. */
  readonly start: number;
  readonly end: number;
}

const isBlank = (line: string, index: number): boolean => line[index] === ' ' || line[index] === '\t';

/** The first `most` fields. */
export function fieldsOf(line: string, most: number): Field[] {
  const fields: Field[] = [];
  let index = 0;
  while (fields.length < most) {
    while (index < line.length && isBlank(line, index)) index += 1;
    if (index >= line.length) break;
    const start = index;
    while (index < line.length && !isBlank(line, index)) index += 1;
    fields.push({ text: line.slice(start, index), start, end: index });
  }
  return fields;
}

/** What stands one blank behind a field: a name may begin with blanks of its own. */
export const behind = (line: string, field: Field): string => line.slice(field.end + 1);

/** What stands behind a field and all the blanks that follow, for columns that are padded. */
export const behindBlanks = (line: string, field: Field): string => line.slice(field.end).trimStart();

/** A count in digits, thousands parted or not; `undefined` when it is none, or larger than can be counted with. */
export function countOf(text: string): number | undefined {
  if (!/^\d[\d.,']{0,24}$/.test(text)) return undefined;
  const count = Number(text.replace(/[.,']/g, ''));
  return Number.isSafeInteger(count) ? count : undefined;
}
