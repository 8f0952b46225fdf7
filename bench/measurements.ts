/** All that is measured, in the order of the table: a measurement is a row here. */
import { listDirectory } from './measure-listings.ts';
import { keepIdle, logInOften } from './measure-sessions.ts';
import { retrieveLarge, retrieveSmall, storeLarge, storeSmall } from './measure-transfers.ts';
import type { Measurement } from './measurement.ts';

export const MEASUREMENTS: readonly Measurement[] = [
  {
    word: 'retr',
    account: 'own',
    maxRounds: Infinity,
    places: 'all',
    needs: 'large file',
    run: retrieveLarge,
  },
  {
    word: 'stor',
    account: 'own',
    maxRounds: Infinity,
    places: 'all',
    needs: 'large file',
    run: storeLarge,
  },
  {
    word: 'many',
    account: 'own',
    maxRounds: 3,
    places: 'memory',
    needs: 'small files',
    run: retrieveSmall,
  },
  {
    word: 'manyput',
    account: 'own',
    maxRounds: 3,
    places: 'memory',
    needs: 'small files',
    run: storeSmall,
  },
  {
    word: 'login',
    account: 'own',
    maxRounds: 3,
    places: 'memory',
    needs: 'nothing',
    run: (stage) => logInOften(stage, 'own'),
  },
  {
    word: 'login',
    account: 'anonymous',
    maxRounds: 3,
    places: 'memory',
    needs: 'nothing',
    run: (stage) => logInOften(stage, 'anonymous'),
  },
  {
    word: 'list',
    account: 'own',
    maxRounds: 3,
    places: 'memory',
    needs: 'directory',
    run: listDirectory,
  },
  {
    word: 'idle',
    account: 'own',
    maxRounds: 1,
    places: 'memory',
    needs: 'nothing',
    run: keepIdle,
  },
];
