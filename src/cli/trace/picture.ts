/**
 * A conversation as a picture in text: the control connections on the left with what is said, the data connections on the
 * right, each a line from where it opens to where it closes.
 */
import type { ClientEvent } from '../../observe/client-event.ts';
import { createLanes, type Lanes, type Mark } from './lanes.ts';
import {
  closedText,
  commandText,
  connectedText,
  connectingText,
  disconnectedText,
  noteText,
  openedTexts,
  replyTexts,
  retryingText,
  securedText,
} from './sentences.ts';
import { wrapText } from '../wrap-text.ts';

/** Below this nothing can be read any more, and above it the two sides lie too far apart. */
const MIN_WIDTH = 64;
const MAX_WIDTH = 160;
const TIME_WIDTH = 7;
/** Of the room behind the time, what the control connections get. */
const CONTROL_SHARE = 0.58;
/** More connections than these share a line. */
const MOST_LANES = 8;
const NOTHING: Mark = { kind: 'none' };

export interface Picture {
  /** The lines that an event adds, without their ends; `atMs` counts from the beginning. */
  add(event: ClientEvent, atMs: number): readonly string[];
  /** What stands above it all. */
  readonly head: readonly string[];
}

/** What one event puts on one side: text behind a sign, and what it does to the lines. */
interface Side {
  readonly mark: Mark;
  readonly sign: string;
  readonly texts: readonly string[];
}

interface Row {
  readonly control: Side;
  readonly data: Side;
}

interface Page {
  readonly controls: Lanes;
  readonly datas: Lanes;
  /** Where the servers of the control connections are; no longer than they are open. */
  readonly peers: Map<number, string>;
  /** Numbers of data connections in the order in which they open, by what their events call them; while they are open. */
  readonly numbers: Map<string, number>;
  opened: number;
}

const SILENT: Side = { mark: NOTHING, sign: '', texts: [] };

function said(page: Page, connection: number, sign: string, texts: readonly string[]): Row {
  return {
    control: { mark: { kind: 'speaks', lane: page.controls.of(connection), number: connection }, sign, texts },
    data: SILENT,
  };
}

function remark(page: Page, connection: number | undefined, text: string): Row {
  if (connection !== undefined) return said(page, connection, '·  ', [text]);
  return { control: { mark: NOTHING, sign: '·  ', texts: [text] }, data: SILENT };
}

type OfControl = Exclude<ClientEvent, { kind: 'data-opened' | 'data-closed' }>;

function controlRow(page: Page, event: OfControl): Row {
  switch (event.kind) {
    case 'connecting': {
      const lane = page.controls.of(event.connection);
      return { control: { mark: { kind: 'opens', lane }, sign: '', texts: [connectingText(event)] }, data: SILENT };
    }
    case 'connected':
      page.peers.set(event.connection, event.peer);
      return remark(page, event.connection, connectedText(event));
    case 'secured':
      return remark(page, event.connection, securedText(event));
    case 'command':
      return said(page, event.connection, 'C→ ', [commandText(event)]);
    case 'reply':
      return said(page, event.connection, '←S ', replyTexts(event));
    case 'disconnected': {
      const lane = page.controls.of(event.connection);
      page.peers.delete(event.connection);
      return { control: { mark: { kind: 'closes', lane }, sign: '', texts: [disconnectedText(event)] }, data: SILENT };
    }
    case 'retrying':
      return remark(page, undefined, retryingText(event));
    case 'note':
      return remark(page, event.connection, noteText(event));
  }
}

/** Sessions may count their own data connections each from 1: in the picture they are counted together. */
function numberOf(page: Page, { connection, data }: { readonly connection: number; readonly data: number }): number {
  const key = `${connection}/${data}`;
  const known = page.numbers.get(key);
  if (known !== undefined) return known;
  page.opened += 1;
  page.numbers.set(key, page.opened);
  return page.opened;
}

function rowOf(page: Page, event: ClientEvent): Row {
  if (event.kind === 'data-opened') {
    const control: Side = { ...SILENT, mark: { kind: 'leaves', lane: page.controls.of(event.connection) } };
    const number = numberOf(page, event);
    const texts = openedTexts({ ...event, data: number }, page.peers.get(event.connection));
    return { control, data: { mark: { kind: 'enters', lane: page.datas.of(number) }, sign: '', texts } };
  }
  if (event.kind === 'data-closed') {
    const mark: Mark = { kind: 'closes', lane: page.datas.of(numberOf(page, event)) };
    return { control: SILENT, data: { mark, sign: '', texts: [closedText(event)] } };
  }
  return controlRow(page, event);
}

/** After the row was drawn, lanes that ended are free. */
function clear(page: Page, event: ClientEvent): void {
  if (event.kind === 'disconnected') page.controls.end(event.connection);
  if (event.kind !== 'data-closed') return;
  page.datas.end(numberOf(page, event));
  page.numbers.delete(`${event.connection}/${event.data}`);
}

/** The lines of one side: the first with the mark, the others with the lanes as they are while the event lasts. */
function linesOf(lanes: Lanes, { mark, sign, texts }: Side, width: number): readonly string[] {
  const head = lanes.draw(mark);
  if (texts.length === 0) return [lanes.drawTo(width, mark)];
  const room = Math.max(8, width - head.length - sign.length);
  const wrapped = texts.flatMap((text) => wrapText(text, room, 2));
  return wrapped.map((text, index) => `${index === 0 ? head + sign : plain(lanes, mark, sign)}${text}`);
}

/** Below the first line: a line that ended is not drawn any more, one that speaks goes on. */
function plain(lanes: Lanes, mark: Mark, sign: string): string {
  const drawn = lanes.draw(NOTHING);
  const blank = ' '.repeat(sign.length);
  if (mark.kind !== 'closes') return drawn + blank;
  return `${drawn.slice(0, mark.lane * 3)} ${drawn.slice(mark.lane * 3 + 1)}${blank}`;
}

/** A picture of at most `width` characters a line. */
export function createPicture(options: { readonly width: number }): Picture {
  const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, options.width));
  const controlWidth = Math.floor((width - TIME_WIDTH - 2) * CONTROL_SHARE);
  const dataWidth = width - TIME_WIDTH - 3 - controlWidth;
  const page: Page = {
    controls: createLanes(MOST_LANES),
    datas: createLanes(MOST_LANES),
    peers: new Map(),
    numbers: new Map(),
    opened: 0,
  };

  const line = (time: string, control: string, data: string): string =>
    `${time.padStart(TIME_WIDTH)}  ${control.padEnd(controlWidth + 1)}${data}`.trimEnd();

  const rowLines = (time: string, { control, data }: Row): readonly string[] => {
    const left = linesOf(page.controls, control, controlWidth + (control.texts.length === 0 ? 1 : 0));
    const right = linesOf(page.datas, data, data.texts.length === 0 ? 0 : dataWidth);
    const [restLeft, restRight] = [plain(page.controls, control.mark, ''), plain(page.datas, data.mark, '')];
    const count = Math.max(left.length, right.length);
    return Array.from({ length: count }, (_, index) =>
      line(index === 0 ? time : '', left[index] ?? restLeft, right[index] ?? restRight),
    );
  };

  return {
    head: [
      line('ms', 'CONTROL: what is said', 'DATA: a connection for each file'),
      line('─'.repeat(TIME_WIDTH), '─'.repeat(controlWidth), '─'.repeat(dataWidth)),
    ],
    add(event, atMs) {
      const lines = rowLines(String(Math.round(atMs)), rowOf(page, event));
      clear(page, event);
      return lines;
    },
  };
}
