/** What must never be written down, known here and only here. */

/** Verbs whose whole argument is a secret (RFC 959 §4.1.1, RFC 2228 §3). */
const SECRET_VERBS: ReadonlySet<string> = new Set(['PASS', 'ACCT', 'ADAT']);
/** SITE commands of other servers that carry passwords: clients try them here too. */
const SECRET_SITE = /^\s*(?:PSWD|PASS|GPASS|ADDUSER)\b/i;
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]*):[^\s/]*@/gi;

const HIDDEN = '***';

/** The argument as it may be logged: empty where the verb's argument is a secret. */
export function redactArgument(verb: string, argument: string): string {
  const name = verb.toUpperCase();
  if (SECRET_VERBS.has(name) || (name === 'SITE' && SECRET_SITE.test(argument))) return '';
  return redactText(argument);
}

/** Text in which the passwords of URLs are hidden: `ftp://admin:***@host/`. */
export const redactText = (text: string): string => text.replace(URL_PASSWORD, `$1:${HIDDEN}@`);
