/** Every format that is known, in the order in which they are tried on a line that nobody has read yet. */
import { deviceFormat } from './cisco.ts';
import { nortelFormat, os9Format, vshellFormat, vxworksFormat } from './devices.ts';
import { dosFormat, os2Format } from './dos.ts';
import { eplfFormat } from './eplf.ts';
import { factsFormat } from './facts.ts';
import type { ListingFormat } from './format.ts';
import { jesFormat } from './jes.ts';
import { mvsFormat } from './mvs.ts';
import { netwareFormat } from './netware.ts';
import { nonStopFormat } from './nonstop.ts';
import { os400Format } from './os400.ts';
import { connectEnterpriseFormat, numericUnixFormat, unixFormat } from './unix.ts';
import { vmsFormat } from './vms.ts';
import { zvmFormat } from './zvm.ts';

/** The commonest first, the vaguest last: a name with a version is held, a word below a heading is a member. */
export const LISTING_FORMATS: readonly ListingFormat[] = [
  unixFormat,
  dosFormat,
  factsFormat,
  eplfFormat,
  deviceFormat,
  netwareFormat,
  os400Format,
  os2Format,
  vxworksFormat,
  vshellFormat,
  nortelFormat,
  nonStopFormat,
  zvmFormat,
  os9Format,
  numericUnixFormat,
  connectEnterpriseFormat,
  jesFormat,
  vmsFormat,
  mvsFormat,
];
