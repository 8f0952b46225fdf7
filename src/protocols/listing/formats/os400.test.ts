import { describeListings } from '../../../../test/support/listing-lines.ts';

describeListings('OS/400: types with a star', [
  ['QSYS  77824 03/31/24 10:20:30 *DIR  QOpenSys/', 'directory 77824 2024-03-31T10:20:30 "QOpenSys" QSYS'],
  ['QSYS  77824 31/03/24 10:20:30 *DIR  QOpenSys/', 'directory 77824 2024-03-31T10:20:30 "QOpenSys" QSYS'],
  ['QSYS  77824 99/03/31 10:20:30 *DIR  QOpenSys/', 'directory 77824 1999-03-31T10:20:30 "QOpenSys" QSYS'],
  ['ANN  12 31.12.99 10:20:30 *STMF  read me.txt', 'file 12 1999-12-31T10:20:30 "read me.txt" ANN'],
  ['ANN  *MEM  LIB/DATA.FILE/M.MBR', 'file - - "M.MBR" ANN'],
]);

describeListings('OS/400: the order of a date is proven by a line before, not guessed', [
  [
    'ANN 1 02/03/24 10:20:30 *STMF a\nANN 1 03/31/24 10:20:30 *STMF b\nANN 1 02/03/24 10:20:30 *STMF c',
    'file 1 - "a" ANN',
    'file 1 2024-03-31T10:20:30 "b" ANN',
    'file 1 2024-02-03T10:20:30 "c" ANN',
  ],
  ['ANN 1 15/03/24 10:20:30 *STMF of 2024 or 2015', 'file 1 - "of 2024 or 2015" ANN'],
  // In 2027 nothing was changed yet.
  ['ANN 1 15/03/27 10:20:30 *STMF a', 'file 1 2015-03-27T10:20:30 "a" ANN'],
]);

describeListings('OS/400: members stand in their file', [
  [
    'ANN 135168 31.03.24 10:20:30 *FILE   DATA.FILE\nANN  *MEM  DATA.FILE/M.MBR',
    'directory 135168 2024-03-31T10:20:30 "DATA.FILE" ANN',
  ],
]);
