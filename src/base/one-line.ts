/** Names where a protocol must show them as they are: only what would end or break the line is replaced. */

const PLAIN = /^[\x20-\x7e]*$/;
/** All but TAB, which may stand in a name and harms no line. */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/g;

/** Control characters become `?`, so that no name ends its line or starts another; every other byte stays. */
export const oneLine = (text: string): string => (PLAIN.test(text) ? text : text.replace(CONTROL, '?'));
