/** How sure it is that a file came whole. */

/**
 * What shows that an upload is whole. `proven`: the client said how long it is and it is, or ended the encrypted stream
 * as such; `likely`: it ended its data connection and stayed; `unknown`: nothing tells.
 */
export type Completeness = 'proven' | 'likely' | 'unknown';
