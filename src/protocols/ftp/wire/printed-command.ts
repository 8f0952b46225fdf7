/** A command as bytes that cannot be two (RFC 959 §5.3). */
import { encodeName } from '../../../base/name.ts';
import { encodeText } from './reply.ts';

/** What would end the line, or make a server written in C see another one. */
const ENDING = /[\r\n\0]/;
const VERB = /^[A-Za-z]{1,16}$/;

/** Telnet wants a byte of 255 doubled (RFC 854, RFC 959 §3.4); servers that know nothing of Telnet want it `raw`. */
export type TelnetEscape = 'doubled' | 'raw';

/** The bytes of the line with its end; `undefined` when verb or argument hold what would end it. Never throws. */
export function printCommand(
  verb: string,
  argument: string | undefined,
  escape: TelnetEscape = 'doubled',
): Uint8Array | undefined {
  if (!VERB.test(verb) || (argument !== undefined && ENDING.test(argument))) return undefined;
  const line = `${verb}${argument === undefined ? '' : ` ${argument}`}\r\n`;
  return escape === 'doubled' ? encodeText(line) : encodeName(line);
}
