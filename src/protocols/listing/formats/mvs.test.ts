import { describeListings } from '../../../../test/support/listing-lines.ts';

const DATA_SETS = 'Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname';
const MEMBERS = ' Name     VV.MM   Created       Changed      Size  Init   Mod   Id';
const MODULES = ' Name      Size     TTR   Alias-of AC --------- Attributes --------- Amode Rmode';

describeListings('MVS: data sets', [
  [
    [
      DATA_SETS,
      "WYOSPT 3420   2023/05/21  1  200  FB      80  8053  PS  'A.B.C'",
      'WPTA01 3290   2023/03/04  1    3  FB      80  3125  PO  PARTS',
      'WPTA01 3390   2023/03/04  1    3  U        0 32760  PO-E  LIBRARY',
      'NRP004 3390   **NONE**    1   15  NONE     0     0  PO  NEVER.USED',
      'TSO005 3390   2023/06/06 213000 U 0 27998 PO LARGE',
      'TSO004 3390   VSAM KEYS',
      'Migrated                                                OLD.DATA',
      'V43525 Tape                                             ON.TAPE',
      'ARCIVE Not Direct Access Device                         IN.ARCHIVE',
      'Pseudo Directory                                        PROD',
    ].join('\n'),
    'file - - "\'A.B.C\'"',
    'directory - - "PARTS"',
    'directory - - "LIBRARY"',
    'directory - - "NEVER.USED"',
    'directory - - "LARGE"',
    'file - - "KEYS"',
    'file - - "OLD.DATA"',
    'file - - "ON.TAPE"',
    'file - - "IN.ARCHIVE"',
    'directory - - "PROD"',
  ],
  ['WYOSPT 3420   2023/05/21  1  200  FB      80  8053  PS  NO.HEADING', 'file - - "NO.HEADING"'],
]);

describeListings('MVS: members', [
  [
    `${MEMBERS}\nCCATXT    01.00 2023/05/21 2023/05/22 09:30     7     7     0 ANN\nALONE`,
    'file - 2023-05-22T09:30 "CCATXT" ANN',
    'file - - "ALONE"',
  ],
  ['CCATXT    01.00 2023/05/21 2023/05/22 09:30:15     7     7     0 ANN', 'file - 2023-05-22T09:30:15 "CCATXT" ANN'],
  [`${MODULES}\nPROGRAM  00B308 000411  00 FO                31    ANY`, 'file ~45832 - "PROGRAM"'],
  ['ALONE', 'issue: nobody knows this format'],
]);

describeListings('JES: jobs, and what one printed', [
  ['ANNA     JOB00054  OUTPUT    3 Spool Files', 'file - - "JOB00054"'],
  [
    [
      'JOBNAME  JOBID    OWNER    STATUS CLASS',
      'ANNA     JOB00054 ANN      OUTPUT A        RC=0000 2 spool files',
      'ANNB     JOB00055 ANN      ACTIVE A',
    ].join('\n'),
    'file - - "JOB00054" ANN',
    'file - - "JOB00055" ANN',
  ],
  [
    [
      'JOBNAME  JOBID    OWNER    STATUS CLASS',
      'ANNA     JOB00054 ANN      OUTPUT A        RC=0000',
      '--------',
      '         ID  STEPNAME PROCSTEP C DDNAME   BYTE-COUNT',
      '         001 JES2              H JESMSGLG      1200',
      '         002 JES2     N/A      H JESJCL         340',
      '2 spool files',
    ].join('\n'),
    'file - - "JOB00054" ANN',
    'file 1200 - "JOB00054.1"',
    'file 340 - "JOB00054.2"',
  ],
]);
