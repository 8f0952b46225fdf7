/** The kinds of argument that commands take. */
import { resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import type { ArgumentSyntax } from './command.ts';

/** Nothing behind the verb but blanks. */
export const nothing: ArgumentSyntax<true> = { usage: '', parse: (text) => (text.trim() === '' ? true : undefined) };

/** Any text, which may be empty. */
export const anyText: ArgumentSyntax<string> = { usage: '[<text>]', parse: (text) => text };

/** Text that must not be empty, as it was sent. */
export const text = (usage: string): ArgumentSyntax<string> => ({
  usage,
  parse: (given) => (given === '' ? undefined : given),
});

/** A pathname, resolved against the working directory. */
export const pathname: ArgumentSyntax<VirtualPath> = {
  usage: '<pathname>',
  parse: (given, session) => (given === '' ? undefined : resolvePath(session.workingDirectory, given)),
};

/** A pathname, or nothing for the working directory. */
export const optionalPathname: ArgumentSyntax<VirtualPath> = {
  usage: '[<pathname>]',
  parse: (given, session) => resolvePath(session.workingDirectory, given),
};

/** What a parser of the wire makes of the text, leading and trailing blanks aside. */
export const parsed = <A>(usage: string, parse: (text: string) => A | undefined): ArgumentSyntax<A> => ({
  usage,
  parse: (given) => parse(given.trim()),
});

/** A count of bytes that a number can hold exactly. */
export const byteCount: ArgumentSyntax<number> = parsed('<bytes>', (given) => {
  const count = /^\d{1,19}$/.test(given) ? Number(given) : NaN;
  return Number.isSafeInteger(count) ? count : undefined;
});
