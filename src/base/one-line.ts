/** Names where a protocol must show them as they are: only what would end or break the line is replaced. */

const PLAIN = /^[\x20-\x7e]*$/;
/** All but TAB, which may stand in a name and harms no line. */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/g;

/** Control characters become `?`, so that no name ends its line or starts another; every other byte stays. */
export const oneLine = (text: string): string => (PLAIN.test(text) ? text : text.replace(CONTROL, '?'));

const LINE_BREAKING = /[\0\r\n]/g;

/**
 * What only programs read, such as the names of MLSD and NLST: they must find the file by it, so everything stays but what
 * would end the line.
 */
export const unbroken = (text: string): string => (PLAIN.test(text) ? text : text.replace(LINE_BREAKING, '?'));
