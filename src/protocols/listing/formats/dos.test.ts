import { describeListings } from '../../../../test/support/listing-lines.ts';

describeListings('DOS: IIS, Windows CE and others', [
  [' Volume in drive C is SYSTEM\n Directory of C:\\images\n   3 File(s)      1,234 bytes\n   2 Dir(s)  9 bytes free'],
  ['03-15-24  10:20AM       <DIR>          dir name', 'directory - 2024-03-15T10:20 "dir name"'],
  ['03-15-24  10:20AM       <DIR>            lead', 'directory - 2024-03-15T10:20 "  lead"'],
  ['03-15-24  10:20AM       <DIR>          .\n03-15-24  10:20AM       <DIR>          ..'],
  ['03-15-24  12:05AM                    7 midnight', 'file 7 2024-03-15T00:05 "midnight"'],
  ['03-15-24  12:05PM                    7 noon', 'file 7 2024-03-15T12:05 "noon"'],
  ['03-15-24  10:20AM                    7  lead', 'file 7 2024-03-15T10:20 " lead"'],
  ['03-15-99  10:20a                     7 old', 'file 7 1999-03-15T10:20 "old"'],
  ['03-15-2024  10:20PM           1,234,567 big.bin', 'file 1234567 2024-03-15T22:20 "big.bin"'],
  ['15.03.2024  22:20    <DIR>          x', 'directory - 2024-03-15T22:20 "x"'],
  ['15/03/2024  22:20         1.234.567 x', 'file 1234567 2024-03-15T22:20 "x"'],
  ['2024-03-15  10:20 PM    <JUNCTION>     j [C:\\x]', 'directory - 2024-03-15T22:20 "j" -> C:\\x'],
  ['2024-03-15  22:20    <SYMLINKD>     d [..\\x]', 'directory - 2024-03-15T22:20 "d" -> ..\\x'],
  ['2024-03-15  22:20    <SYMLINK>      f [x]', 'symlink - 2024-03-15T22:20 "f" -> x'],
  ['2024-03-15  22:20:30       7 seconds', 'file 7 2024-03-15T22:20:30 "seconds"'],
  ['03-15-24  10:20AM  7 ..\\up', 'file 7 2024-03-15T10:20 "..\\\\up"'],
  ['03-15-24  10:20AM  7 ../up', 'issue: a name that would lead out of the directory'],
  ['02-30-24  10:20AM  7 no such day', 'issue: nobody knows this format'],
]);

describeListings('OS/2', [
  ['     73098      A          04-06-97   15:15  ds0.zip', 'file 73098 1997-04-06T15:15 "ds0.zip"'],
  ['     0           DIR   05-12-97   16:44  PSFONTS', 'directory - 1997-05-12T16:44 "PSFONTS"'],
  ['36611      A    04-23-103  10:57  not ready for 2000', 'file 36611 2003-04-23T10:57 "not ready for 2000"'],
]);
