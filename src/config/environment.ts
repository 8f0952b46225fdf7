/** What Portcall reads from its environment: nothing else in the program looks there. */

/** `PORTCALL_PASSWORD`, when it is set and not empty. */
export function passwordFromEnvironment(): string | undefined {
  const password = process.env['PORTCALL_PASSWORD'];
  return password === '' ? undefined : password;
}
