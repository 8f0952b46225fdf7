import { describeListings } from '../../../../test/support/listing-lines.ts';

const LONE = 'issue: a name with a version, without the line of facts that belongs to it';

describeListings('VMS: versions, blocks, entries of two lines', [
  ['Directory DISK$USER:[ANN]\n\nTotal of 3 files, 39/42 blocks.'],
  [
    'LOGIN.COM;2  1/3  15-MAR-2024 10:20:30 [USER,ANN] (RWED,RE,,)',
    'file ~512 2024-03-15T10:20:30 "LOGIN.COM;2" ANN USER',
  ],
  ['A.TXT;1       155   2-JUL-2023 10:30:13.64', 'file ~79360 2023-07-02T10:30:13 "A.TXT;1"'],
  ['A.TXT;1  2KB 23-SEP-2023 14:57:07.27', 'file ~2048 2023-09-23T14:57:07 "A.TXT;1"'],
  ['A.TXT;1    2/8    7-JAN-2023    [ANN]   (RWED,RWED,RE,)', 'file ~1024 2023-01-07 "A.TXT;1" ANN'],
  ['A.TXT;1   [ANN]    1/3     2-AUG-2023 13:05  (RWE,RWE,RE,)', 'file ~512 2023-08-02T13:05 "A.TXT;1" ANN'],
  ['A.TXT;1   17-JUN-2023 17:25:37     6308/13     (RWED,RWED,R,)', 'file ~3229696 2023-06-17T17:25:37 "A.TXT;1"'],
  ['IMAGES.DIR;1  1  15-MAR-2024 10:20 [1, 4] (RWE,,,)', 'directory - 2024-03-15T10:20 "IMAGES" 4 1'],
  ['CLOSED.TXT;1  %RMS-E-PRV, insufficient privilege', 'file - - "CLOSED.TXT;1"'],
  [
    'A_LONG_NAME.TXT;12\n      34/36  15-MAR-2024 10:20 [ANN] (RWED,,,)\nB.TXT;1  1  15-MAR-2024 10:20',
    'file ~17408 2024-03-15T10:20 "A_LONG_NAME.TXT;12" ANN',
    'file ~512 2024-03-15T10:20 "B.TXT;1"',
  ],
  [
    'A_LONG_NAME.TXT;12\n170774/170775     24-APR-2023 08:16:15  [ANN]',
    'file ~87436288 2023-04-24T08:16:15 "A_LONG_NAME.TXT;12" ANN',
  ],
]);

describeListings('VMS: a first line without its second', [
  ['CUT_OFF.TXT;1', LONE],
  ['Directory X:[Y]\n\nNAME_ONLY.TXT;1\nOTHER.TXT;1', 'file - - "NAME_ONLY.TXT;1"', 'file - - "OTHER.TXT;1"'],
  ['CUT_OFF.TXT;1\nB.TXT;1  1  15-MAR-2024 10:20', LONE, 'file ~512 2024-03-15T10:20 "B.TXT;1"'],
  ['CUT_OFF.TXT;1\nwhat is this', LONE, 'issue: nobody knows this format'],
  ['CUT_OFF.TXT;1\n\nALSO.TXT;1', LONE, LONE],
]);
